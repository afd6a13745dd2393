--- How often sources say "more than", "nearly" or nothing beside a number, and how many sources do.

return {
  name = "words_beside_numbers",
  title = "Qualifiers by frequency",
  build = function(ops)
    return ops:table("figures"):by("qualifier"):agg("statements = count(), sources = count_distinct(source)")
      :order("statements desc, qualifier")
  end,
}
