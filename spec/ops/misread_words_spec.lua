-- Words that are easily taken for less than they say: a word for one before another number, numerals by their places,
-- "more" that makes a difference of a number, the ages of several persons, abbreviations that mean another number in
-- another language. Each is read for what it is, or refused with what to write instead. A row is language, indicator,
-- text, what is read or "refused", and words of the message.

local as_curator = require "as_curator"

local groups = {}

groups["a word for one before another number is none of its articles"] = {
  {"pt", "files_seized", "um a dois milhões", "refused", "can tell a change"},
  {"pt", "files_seized", "de um a três milhões", "refused", "can tell a change"},
  {"pt", "files_seized", "um dois milhões", "refused", "several numbers, 1 and 2,000,000"},
  {"nl", "files_seized", "een tot twee miljoen", "refused", "can tell a change"},
  {"nl", "files_seized", "een tot drie honderd", "refused", "can tell a change"},
  {"nl", "files_seized", "een twee miljoen", "refused", "several numbers"},
  {"nl", "arrests", "een 30", "refused", "several numbers, 1 and 30"},
  {"nl", "arrests", "tot 300", "refused", "expected qualifier 'up to'"},
  {"de", "files_seized", "ein, zwei Dutzend", "refused", "several numbers, 1 and 24"},
  {"de", "files_seized", "ein bis zwei Millionen", "between 1000000 2000000"},
  {"de", "arrests", "ein- bis zweihundert", "between 100 200"},
  {"de", "arrests", "eine 30", "refused", "several numbers, 1 and 30"},
  {"fr", "files_seized", "un deux millions", "refused", "several numbers, 1 and 2,000,000"},
  {"fr", "files_seized", "un à deux millions", "refused", "can tell a change"},
  {"fr", "arrests", "une trentaine", "about 27 33 of 30"},
  {"fr", "files_seized", "un demi million", "rounded 250000 750000 of 500000"},
  {"it", "files_seized", "un due milioni", "refused", "several numbers"},
  {"it", "arrests", "un 30", "refused", "several numbers"},
  {"it", "reports_share", "un 25%", "rounded 24.5 25.5 of 25"},
  {"es", "files_seized", "uno a dos millones", "refused", "can tell a change"},
  {"es", "files_seized", "un dos millones", "refused", "several numbers"},
  {"es", "reports_share", "un dos por ciento", "rounded 1.5 2.5 of 2"},
  {"es", "reports_received_change", "un uno a dos por ciento", "refused", "can tell a change"},
  {"da", "files_seized", "en to millioner", "refused", "several numbers"},
  {"da", "arrests", "en-to", "between 1 2"},
  {"no", "files_seized", "en til to millioner", "refused", "can tell a change"},
  {"no", "files_seized", "en to millioner", "refused", "several numbers"},
  {"sv", "files_seized", "en till två miljoner", "refused", "can tell a change"},
  {"sv", "files_seized", "en två miljoner", "refused", "several numbers"},
  {"sv", "arrests", "ett trettiotal", "about 27 33 of 30"},
  {"en", "files_seized", "one two million", "refused", "several numbers"},
  {"en", "files_seized", "a, two million", "refused", "several numbers, 1 and 2,000,000"},
  {"en", "files_seized", "a to two million", "refused", "can tell a change"},
  {"en", "duration_days", "a two-week", "rounded 10.5 17.5 of 14"},
  {"hi", "files_seized", "एक दो लाख", "refused", "several numbers, 1 and 200,000"},
  {"hi", "arrests", "एक तीन", "refused", "several numbers, 1 and 3"},
  {"hi", "arrests", "एक 30", "refused", "several numbers, 1 and 30"},
  {"hi", "arrests", "एक-दो", "between 1 2"},
  {"hi", "arrests", "एक व्यक्ति", "exact 1 1 of 1"},
  {"zh", "arrests", "一30人", "refused", "several numbers, 1 and 30"},
  {"zh", "arrests", "一兩百人", "refused", "several numbers, 1 and 200"},
  {"zh", "arrests", "一二十名", "refused", "several numbers, 1 and 20"},
  {"zh", "files_seized", "一至二萬張", "refused", "can tell a change"},
  {"ja", "files_seized", "一~二万点", "between 10000 20000"},
  {"ja", "files_seized", "一～二万点", "between 10000 20000"},
  {"ja", "arrests", "~30人", "about 27 33 of 30"},
}

groups["numerals by their places are one number"] = {
  {"zh", "arrests", "一五人", "exact 15 15 of 15"},
  {"zh", "arrests", "共一七人", "exact 17 17 of 17"},
  {"zh", "arrests", "约一五人", "about 14 16 of 15"},
  {"zh", "cases_recorded", "一六○件", "exact 160 160 of 160"},
  {"zh", "cases_recorded", "二三六", "exact 236 236 of 236"},
  {"zh", "cases_recorded", "三九九件", "exact 399 399 of 399"},
  {"zh", "arrests", "一百○五人", "exact 105 105 of 105"},
  {"zh", "arrests", "一萬二三四五", "exact 12345 12345 of 12345"},
  {"zh", "arrests", "一萬二三", "refused"},
  {"ja", "arrests", "一〇人", "exact 10 10 of 10"},
  {"ja", "suspect_age_min", "一三歳", "exact 13 13 of 13"},
  {"ja", "reports_share", "一五％", "rounded 14.5 15.5 of 15"},
  {"ja", "files_seized", "一五万点", "rounded 145000 155000 of 150000"},
  {"ja", "files_seized", "一五万三〇〇〇点", "round 145350 160650 of 153000"},
  {"ja", "arrests", "三〇〜四〇人", "between 30 40"},
  {"ja", "arrests", "○○人", "refused"},
  {"zh", "arrests", "一三 百", "refused", "several numbers, 1 and 300"},
  {"zh", "arrests", "三四人", "refused", "'三四' can be 34 or 3 to 4"},
  {"zh", "funding", "一二億元", "refused", "'一二' can be 12 or 1 to 2"},
  {"zh", "arrests", "三五人", "refused", "'三五' can be 35 or 3 to 5"},
  {"ja", "arrests", "五六百人", "refused", "several numbers, 5 and 600"},
  {"ko", "arrests", "3~40명", "refused", "3 to 40 may be 30 to 40"},
  {"ko", "arrests", "30~40명", "between 30 40"},
}

local or_further = "expected qualifier 'a further' where it is counted beside another one"

groups["more behind a number is a difference, unless another word or the curator says what it is"] = {
  {"en", "arrests", "2,000 more", "refused", or_further},
  {"en", "arrests", "30 more people", "refused", or_further},
  {"en", "arrests", "hundreds more", "refused", or_further},
  {"en", "reports_share", "25 more", "refused", or_further},
  {"en", "reports_received_change", "25% more", "rounded 24.5 25.5 of 25"},
  {"en", "arrests", "another 200 more", "a further 200 200 of 200"},
  {"en", "arrests", "another 200", "a further 200 200 of 200"},
  {"en", "arrests", "30 others", "a further 30 30 of 30"},
  {"es", "arrests", "30 más", "refused", or_further},
  {"es", "officers_deployed", "otros 200 más", "a further 200 200 of 200"},
  {"pt", "arrests", "30 a mais", "refused", or_further},
  {"fr", "arrests", "30 de plus", "refused", or_further},
  {"fr", "arrests", "38 autres", "a further 38 38 of 38"},
  {"de", "reports_received", "5561 mehr", "refused", or_further},
  {"de", "arrests", "30 weitere", "a further 30 30 of 30"},
  {"it", "arrests", "30 persone in più", "refused", or_further},
  {"no", "cases_referred", "2000 flere", "refused", or_further},
  {"sv", "arrests", "30 fler", "refused", or_further},
  {"fi", "arrests", "30 enemmän", "refused", or_further},
}

groups["ages of several persons are neither the youngest nor the oldest"] = {
  {"pt", "suspect_age_min", "entre os 23 e os 60 anos", "refused", "expected value 23 and qualifier 'exact'"},
  {"pt", "suspect_age_max", "entre os 23 e os 60 anos", "refused", "expected value 60 and qualifier 'exact'"},
  {"en", "suspect_age_max", "15 to 68", "refused", "expected value 68 and qualifier 'exact'"},
  {"en", "suspect_age_max", "68", "exact 68 68 of 68"},
}

groups["an abbreviation is read as its language has it"] = {
  {"id", "funding", "Rp1,5 M", "rounded 1450000000 1550000000 of 1500000000"},
  {"id", "funding", "lebih dari Rp 3 M", "more than 3000000000 open of 3000000000"},
  {"id", "funding", "Rp 1,5 T", "rounded 1450000000000 1550000000000 of 1500000000000"},
  {"id", "files_seized", "2M", "refused", "'m' multiplies money by 1,000,000,000"},
  {"id", "duration_months", "6 bln", "rounded 5.5 6.5 of 6"},
  {"ms", "duration_months", "6 bln", "rounded 5.5 6.5 of 6"},
  {"ms", "files_seized", "6 bln", "refused", "'bln' measures months"},
  {"pl", "files_seized", "2 bln", "rounded 1500000000000 2500000000000 of 2000000000000"},
  {"cs", "files_seized", "2 bln", "refused", "can be 10^9 or 10^12"},
  {"da", "files_seized", "1 billion", "rounded 500000000000 1500000000000 of 1000000000000"},
  {"no", "files_seized", "en billion", "rounded 500000000000 1500000000000 of 1000000000000"},
  {"sv", "files_seized", "2 biljoner", "rounded 1500000000000 2500000000000 of 2000000000000"},
  {"es", "files_seized", "1 billion", "refused", "can be 10^9 or 10^12"},
  {"de", "files_seized", "2 bn", "refused", "can be 10^9 or 10^12"},
  {"nl", "files_seized", "2 trillion", "refused", "can be 10^12 or 10^18"},
  {"tr", "funding", "5 B TL", "refused", "can be 10^9 or something else"},
  {"ko", "funding", "2 billion won", "rounded 1500000000 2500000000 of 2000000000"},
  {"en", "files_seized", "2.1bn", "rounded 2050000000 2150000000 of 2100000000"},
}

groups["one and a half, and half of one"] = {
  {"cs", "files_seized", "více než jeden a půl milionu", "more than 1500001 open of 1500000"},
  {"cs", "files_seized", "1 a půl milionu", "rounded 1250000 1750000 of 1500000"},
  {"cs", "files_seized", "jeden půl milionu", "refused"},
  {"sk", "files_seized", "jeden a pol milióny", "rounded 1250000 1750000 of 1500000"},
  {"id", "files_seized", "satu setengah juta", "rounded 1250000 1750000 of 1500000"},
  {"id", "files_seized", "dua setengah juta", "rounded 2250000 2750000 of 2500000"},
  {"pl", "files_seized", "jeden i pół miliona", "refused"},
  {"en", "files_seized", "over one-half million", "more than 500001 open of 500000"},
  {"en", "reports_share", "one-quarter", "about 22.5 27.5 of 25"},
  {"en", "reports_share", "two-quarter", "refused"},
  {"en", "files_seized", "two and a half million", "rounded 2250000 2750000 of 2500000"},
  {"sv", "files_seized", "en halv miljon", "rounded 250000 750000 of 500000"},
}

groups["one of several, and an ordinal number, count nothing"] = {
  {"de", "arrests", "einer von fünf Verdächtigen", "refused", "several numbers, 1 and 5"},
  {"es", "arrests", "uno de 20", "refused", "several numbers, 1 and 20"},
  {"fr", "arrests", "un des cinq", "refused", "several numbers, 1 and 5"},
  {"pt", "arrests", "um de cinco", "refused", "several numbers, 1 and 5"},
  {"de", "arrests", "39. Festnahme", "refused", "may be an ordinal number"},
  {"tr", "arrests", "39. gözaltı", "refused", "may be an ordinal number"},
  {"hu", "arrests", "3. személy", "refused", "may be an ordinal number"},
  {"da", "arrests", "3. person", "refused", "may be an ordinal number"},
  {"de", "arrests", "30 Festnahmen.", "exact 30 30 of 30"},
  {"en", "arrests", "30.", "exact 30 30 of 30"},
}

groups["hundreds behind millions may be hundreds of thousands"] = {
  {"en", "files_seized", "a million two hundred", "refused", "200 behind 1,000,000 may count thousands"},
  {"fr", "files_seized", "un million cinq cents", "refused", "500 behind 1,000,000 may count thousands"},
  {"es", "files_seized", "un millón doscientos", "refused", "200 behind 1,000,000 may count thousands"},
  {"de", "files_seized", "eine Million zweihundert", "refused", "200 behind 1,000,000 may count thousands"},
  {"de", "files_seized", "eine Million zweihunderttausend", "rounded 1150000 1250000 of 1200000"},
  {"en", "files_seized", "one million two hundred and five", "exact 1000205 1000205 of 1000205"},
  {"hi", "files_seized", "2 करोड़ 5 लाख", "rounded 20450000 20550000 of 20500000"},
}

groups["what stands beside a number is named for what it is"] = {
  {"pt", "files_seized", "nada menos de 780 mil", "at least 780000 open of 780000"},
  {"es", "arrests", "nada menos que 30", "at least 30 open of 30"},
  {"en", "arrests", "nothing less than 30", "at least 30 open of 30"},
  {"fr", "arrests", "plus d'une douzaine", "more than 13 open of 12"},
  {"fr", "arrests", "plus d'un millier", "more than 1001 open of 1000"},
  {"it", "arrests", "oltre un migliaio", "more than 1001 open of 1000"},
  {"en", "reports_confirmed_change", "5% increase from 2022", "refused", "2022 beside 5 may be a year"},
  {"ja", "reports_received_change", "前年比で約10%増えて", "refused", "a comparison with another period"},
  {"zh", "cases_recorded", "去年八十一案", "refused", "a comparison with another period"},
  {"nl", "arrests", "over 30", "refused", "can be about what, or more than how many"},
  {"nl", "files_seized", "30 dozen", "refused"},
  {"ja", "arrests", "延べ30人", "refused", "a count of occasions"},
  {"zh", "arrests", "30人次", "refused", "a count of occasions"},
  {"ar", "arrests", "34 شخصاً", "exact 34 34 of 34"},
  {"ar", "files_seized", "20 ألفاً", "rounded 19500 20500 of 20000"},
  {"lv", "files_seized", "aptuveni 7 miljoniem", "about 6300000 7700000 of 7000000"},
  {"ms", "files_seized", "ribu", "refused", "low, high and qualifier ('tens of thousands of')"},
}

describe("a word that says more than it seems to", function()
  for name, rows in pairs(groups) do
    it(name, function()
      for _, row in ipairs(rows) do
        local read, message = as_curator.read(row[1], row[2], row[3])
        assert.equal(row[4], read, row[3])
        if row[5] then assert.matches(row[5], message, 1, true) end
      end
    end)
  end

  it("is what the curator says that it is", function()
    assert.equal("a further 30 30 of 30", as_curator.read("en", "arrests", "30 more", "a further"))
    assert.equal("refused", (as_curator.read("en", "arrests", "30 more", "exact")))
  end)
end)
