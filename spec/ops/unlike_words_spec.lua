-- Words that tell of something else than the indicator counts: a rate of another time, two numbers with multipliers, a
-- hyphen that is no minus. A row is language, indicator,
-- text and what is read.

local as_curator = require "as_curator"

local rates = {
  {"en", "reports_per_day", "34 a week", "refused"}, {"en", "reports_per_day", "34 a day", "exact 34 34 of 34"},
  {"en", "reports_per_month", "2,500 a year", "refused"}, {"en", "arrests_per_month", "34 yearly", "refused"},
  {"en", "reports_per_month", "2,901 a month", "exact 2901 2901 of 2901"},
  {"en", "reports_per_day", "34", "exact 34 34 of 34"}, {"en", "reports_received", "34 a week", "refused"},
  {"en", "reports_per_day", "34 an hour", "refused"}, {"en", "reports_per_day", "34 hourly", "refused"},
  {"es", "reports_per_day", "560 al mes", "refused"},
  {"es", "reports_per_month", "561 al mes", "exact 561 561 of 561"},
  {"es", "reports_per_day", "560 anuales", "refused"}, {"pt", "reports_per_month", "560 por dia", "refused"},
  {"fr", "reports_per_day", "560 par an", "refused"},
  {"fr", "reports_per_month", "561 mensuels", "exact 561 561 of 561"},
  {"de", "arrests_per_month", "560 täglich", "refused"},
  {"de", "reports_per_day", "561 am Tag", "exact 561 561 of 561"},
  {"it", "reports_per_day", "12 all'anno", "refused"},
  {"nl", "reports_per_month", "2901 meldingen per jaar", "refused"},
  {"sv", "reports_per_day", "561 i veckan", "refused"}, {"no", "reports_per_day", "34 i uken", "refused"},
  {"da", "reports_per_day", "34 om måneden", "refused"},
  {"da", "reports_per_month", "34 om måneden", "exact 34 34 of 34"},
  {"fi", "reports_per_day", "561 vuodessa", "refused"}, {"ru", "reports_per_month", "561 в день", "refused"},
  {"ar", "reports_per_day", "561 شهريا", "refused"}, {"id", "reports_per_day", "561 sebulan", "refused"},
  {"hi", "reports_per_day", "34 प्रति माह", "refused"},
  {"hi", "reports_per_month", "34 प्रति माह", "exact 34 34 of 34"},
  {"ko", "reports_per_month", "하루 25건", "refused"},
  {"ko", "reports_per_day", "하루 25건", "exact 25 25 of 25"},
  {"zh", "reports_per_month", "每年25宗", "refused"},
  {"zh", "reports_per_month", "每月25宗", "exact 25 25 of 25"},
  {"ja", "reports_per_day", "月平均25件", "refused"},
}

local sums = {
  {"es", "files_seized", "40 mil y 5 mil", "refused"}, {"es", "files_seized", "cuarenta mil y cinco mil", "refused"},
  {"en", "files_seized", "100 thousand and 28 thousand", "refused"},
  {"en", "files_seized", "forty thousand five thousand", "refused"},
  {"fr", "files_seized", "quarante mille et cinq mille", "refused"},
  {"de", "files_seized", "vierzigtausend fünftausend", "refused"},
  {"pl", "files_seized", "40 tys. 5 tys.", "refused"}, {"tr", "files_seized", "40 bin 5 bin", "refused"},
  {"it", "files_seized", "40 mila 5 mila", "refused"}, {"ar", "files_seized", "40 ألف و5 آلاف", "refused"},
  {"sv", "files_seized", "fyrtio tusen fem tusen", "refused"},
  {"en", "files_seized", "2 million 300 thousand", "round 2185000 2415000 of 2300000"},
  {"ja", "files_seized", "1億2千万", "rounded 115000000 125000000 of 120000000"},
}

local differences = {
  {"en", "cases_recorded_change", "rose by 316", "refused"}, {"en", "cases_recorded_change", "80 fewer", "refused"},
  {"es", "cases_recorded_change", "316 casos más", "refused"}, {"ja", "cases_recorded_change", "100人増", "refused"},
  {"de", "cases_recorded_change", "Anstieg um 316", "refused"}, {"en", "reports_share", "25", "refused"},
  {"ja", "cases_recorded_change", "28・3%増", "rounded 28.25 28.35 of 28.3"},
}

local prefixes = {
  {"he", "reports_received_change", "פחות מ-30%", "refused"},
  {"he", "reports_received_change", "ירידה של פחות מ-30%", "under -30 0 of -30"},
  {"he", "arrests", "פחות מ-600", "under 0 599 of 600"}, {"he", "arrests", "פחות מ־600", "under 0 599 of 600"},
  {"he", "reports_received_change", "-30%", "rounded -30.5 -29.5 of -30"},
}

describe("words unlike the indicator", function()
  as_curator.expect(it, rates)
  as_curator.expect(it, sums)
  as_curator.expect(it, differences)
  as_curator.expect(it, prefixes)
end)
