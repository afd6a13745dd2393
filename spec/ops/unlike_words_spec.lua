-- Words that tell of something else than the indicator counts: a rate of another time. A row is language, indicator,
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

describe("words unlike the indicator", function()
  as_curator.expect(it, rates)
end)
