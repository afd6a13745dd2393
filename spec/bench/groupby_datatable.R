# The ten group-by questions in data.table: strings as factors.
#   Rscript groupby_datatable.R CSV RUNS THREADS   prints   engine question run seconds rows checksum
suppressPackageStartupMessages(library(data.table))
arguments <- commandArgs(TRUE)
csv <- arguments[1]
runs <- as.integer(arguments[2])
setDTthreads(as.integer(arguments[3]))

print_line <- function(question, run, seconds, rows, sums)
  writeLines(paste("data.table", question, run, sprintf("%.6f", seconds), rows,
                   paste(sprintf("%.12g", sums), collapse = ";"), sep = "\t"))

clock <- function() as.numeric(Sys.time())

start <- clock()
x <- fread(csv, showProgress = FALSE, stringsAsFactors = TRUE)
print_line("load", 1, clock() - start, nrow(x), sum(x$v1))

questions <- list(
  q1 = quote(x[, .(a = sum(v1)), by = id1]),
  q2 = quote(x[, .(a = sum(v1)), by = .(id1, id2)]),
  q3 = quote(x[, .(a = sum(v1), b = mean(v3)), by = id3]),
  q4 = quote(x[, .(a = mean(v1), b = mean(v2), c = mean(v3)), by = id4]),
  q5 = quote(x[, .(a = sum(v1), b = sum(v2), c = sum(v3)), by = id6]),
  q6 = quote(x[, .(a = median(v3), b = sd(v3)), by = .(id4, id5)]),
  q7 = quote(x[, .(m = max(v1), n = min(v2)), by = id3][, .(id3, a = m - n)]),
  q8 = quote(x[order(-v3), .(a = head(v3, 2L)), by = id6]),
  q9 = quote(x[, .(a = cor(v1, v2)^2), by = .(id2, id4)]),
  q10 = quote(x[, .(a = sum(v3), b = .N), by = .(id1, id2, id3, id4, id5, id6)])
)
for (name in names(questions)) {
  for (run in seq_len(runs)) {
    start <- clock()
    answer <- eval(questions[[name]])
    seconds <- clock() - start
    columns <- intersect(c("a", "b", "c"), names(answer))
    print_line(name, run, seconds, nrow(answer), sapply(columns, function(column) sum(answer[[column]], na.rm = TRUE)))
    rm(answer)
  }
}
