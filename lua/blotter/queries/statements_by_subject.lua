--- How much is published about each subject, and by how many sources.

return {
  name = "statements_by_subject",
  title = "Statements and sources by subject",
  build = function(ops)
    return ops:table("figures"):by("subject"):agg("statements = count(), sources = count_distinct(source)")
      :order("statements desc, subject")
  end,
}
