--- A document with every kind of block and every awkward cell, for the specs of the formats.

local null = require("cjson").null

return {
  title = "Overview | of *everything*",
  params = { subject = "orion", year = 2025 },
  blocks = {
    { kind = "heading", level = 1, text = "Figures" },
    { kind = "text", text = "Each figure with its source and its bounds, in words that go past the end of a line." },
    {
      kind = "table", title = "Arrests by subject",
      columns = {
        { name = "subject", title = "Subject", type = "string" },
        { name = "arrests", title = "Arrests", type = "figure" },
        { name = "note", title = "Note", type = "string" },
        { name = "share", title = "Share", type = "float64" },
      },
      rows = {
        { "Operation Orion", { low = 144, best = 144, high = 144, flags = {}, sources = { 3 } }, "a | b, \"c\"", 0.25 },
        { "서울", { low = 152821, best = 153725, high = 154629 }, nil, null },
        { "open", { low = 10001, flags = { "partial" }, sources = { 1, 12 } }, "two\nlines", -12345.5 },
      },
      note = "Not added up: the parts overlap.",
    },
    { kind = "facts", items = { { "Lead", "HSI" }, { "Members", 15 }, { "Unknown", nil } } },
    { kind = "chart", chart = "bar", title = "Arrests", labels = { "Korea", "Japan", "Thailand", "Elsewhere" },
      values = { 400, { low = 100, high = 200 }, { low = 20 }, nil } },
    { kind = "table", title = "Nothing", columns = { { name = "a", type = "int64" } }, rows = {} },
    { kind = "notes", items = { "One thing." } },
    { kind = "sources", items = { { number = 3, publisher = "Agency", title = "A title", date = "2013-03-31",
      url = "https://example.org/a" }, { number = 12, publisher = "Press", date = null } } },
  },
}
