--- How many statements end in each year, by indicator.

return {
  name = "statements_by_year",
  title = "Statements by indicator and year",
  build = function(ops)
    return ops:table("figures"):where("period_end ~= nil"):by("indicator, year = year(period_end)")
      :agg("statements = count(), subjects = count_distinct(subject)"):order("indicator, year")
  end,
}
