-- What a curator states beside words that are not read, or are: a value, a sign, a currency that they contradict is
-- refused, and two numbers with a word between them are a range only where a word says so. A row is language,
-- indicator, text, what the record states besides, and what is stored (value, low, high) or words of the message.

local adding = require "blotter.ops.dataset.adding"
local operations = require "blotter.ops"
local package_copy = require "package_copy"

local fell, rose = "says that it fell", "says that it rose"

local changes = {
  {"en", "drop (of 36.7 per cent)", {value = 36.7, qualifier = "rounded"}, fell},
  {"en", "drop (of 36.7 per cent)", {}, {-36.7, -36.75, -36.65}},
  {"en", "fell by 36.7 per cent", {value = 36.7}, fell},
  {"en", "-36.7%", {value = 36.7}, fell},
  {"en", "an increase of 36.7 per cent", {value = -36.7}, rose},
  {"en", "fell sharply by 36.7 per cent", {value = 36.7, qualifier = "rounded"}, fell},
  {"en", "fell sharply by 36.7 per cent", {value = 36.7, qualifier = "rounded", stated = "number"}, fell},
  {"en", "fell sharply by 36.7 per cent", {value = -36.7, qualifier = "rounded"}, {-36.7, -36.75, -36.65}},
  {"en", "fell by 30 to 40 per cent", {low = 30, high = 40, qualifier = "between"}, fell},
  {"en", "fell by 30 to 40 per cent", {low = -40, high = -30, qualifier = "between"}, {"", -40, -30}},
  {"en", "more than 36 per cent fewer", {}, {-36, -100, -36}},
  {"en", "more than 36 per cent fewer", {value = 36, qualifier = "more than"}, fell},
  {"en", "36.7 per cent", {}, "whether it rose or fell"},
  {"en", "(36.7 per cent)", {value = 36.7, qualifier = "rounded"}, "whether it rose or fell"},
  {"en", "36.7 per cent", {value = 36.7, qualifier = "rounded", stated = "number"}, {36.7, 36.65, 36.75}},
  {"en", "36.7 per cent", {value = -36.7, qualifier = "rounded"}, {-36.7, -36.75, -36.65}},
  {"en", "30-40 per cent", {}, "whether it rose or fell"},
  {"en", "rose to 36.7 per cent", {}, "is refused"}, {"en", "nearly doubled, up 96%", {}, "is refused"},
  {"fi", "nousi 36,7 prosenttiin", {}, "is refused"},
  {"de", "36,7 Prozent weniger", {value = 36.7}, fell},
  {"de", "um 36,7 Prozent zurückgegangen", {value = 36.7, qualifier = "rounded"}, fell},
  {"de", "Rückgang von 36,7 Prozent", {value = 36.7}, fell},
  {"fr", "36,7 % de moins", {value = 36.7}, fell},
  {"fr", "une baisse de 36,7 %", {value = 36.7}, fell},
  {"es", "un 36 % menos", {value = 36}, fell},
  {"pt", "uma queda de 36,7 %", {value = 36.7}, fell},
  {"it", "il 36,7% in meno", {value = 36.7}, fell},
  {"nl", "90 procent minder", {value = 90}, fell},
  {"sv", "minskade med 36,7 procent", {value = 36.7}, fell},
  {"no", "falt med 36,7 prosent", {value = 36.7}, fell},
  {"da", "et fald på 36,7 procent", {value = 36.7}, fell},
  {"fi", "36,7 prosenttia vähemmän", {value = 36.7}, fell},
  {"ru", "на 36,7% меньше", {value = 36.7, qualifier = "rounded"}, fell},
  {"ru", "на 36,7% больше", {value = -36.7, qualifier = "rounded"}, rose},
  {"ru", "выросло до 36,7%", {qualifier = "exact"}, "is refused"},
  {"uk", "на 36,7% менше", {value = 36.7, qualifier = "rounded"}, fell},
  {"pl", "spadek o 36,7%", {value = 36.7}, fell},
  {"cs", "pokles o 36,7 %", {value = 36.7}, fell},
  {"sk", "pokles o 36,7 %", {value = 36.7}, fell},
  {"sl", "padec za 36,7 %", {value = 36.7}, fell},
  {"hr", "pad od 36,7 %", {value = 36.7}, fell},
  {"sr", "пад од 36,7 %", {value = 36.7}, fell},
  {"bg", "спад с 36,7 %", {value = 36.7}, fell},
  {"ro", "a scăzut cu 36,7%", {value = 36.7}, fell},
  {"hu", "36,7 százalékos csökkenés", {value = 36.7, qualifier = "rounded"}, fell},
  {"el", "μείωση κατά 36,7%", {value = 36.7}, fell},
  {"tr", "yüzde 36,7 azaldı", {value = 36.7}, fell},
  {"ja", "36.7%減った", {value = 36.7}, fell},
  {"ja", "36.7%減", {value = 36.7}, fell},
  {"ko", "36.7% 감소", {value = 36.7}, fell},
  {"zh", "下降36.7%", {value = 36.7}, fell},
  {"ar", "انخفاض بنسبة 36.7%", {value = 36.7}, fell},
  {"he", "ירידה של 36.7%", {value = 36.7}, fell},
  {"fa", "36.7 درصد کاهش", {value = 36.7}, fell},
  {"hi", "36.7 प्रतिशत की कमी", {value = 36.7}, fell},
  {"id", "turun 36,7 persen", {value = 36.7}, fell},
  {"ms", "penurunan 36.7 peratus", {value = 36.7}, fell},
  {"vi", "giảm 36,7%", {value = 36.7}, fell},
  {"th", "ลดลง 36.7%", {value = 36.7}, fell},
  {"ka", "შემცირდა 36.7%", {value = 36.7, qualifier = "rounded"}, "whether it rose or fell"},
}

local telling = "can tell a change"

local spans = {
  {"es", "de 77 a 101", {}, telling}, {"pt", "4.875 a 5.105", {}, "is refused"},
  {"es", "de 77 a 101", {value = 101, qualifier = "exact"}, {101, 101, 101}},
  {"es", "de 77 a 101", {low = 77, high = 101, qualifier = "between"}, {"", 77, 101}},
  {"es", "de 77 a 101", {low = 7, high = 101, qualifier = "between"}, "7 is not what is printed"},
  {"es", "de 77 a 101", {value = 178, qualifier = "exact"}, "178 is not what is printed"},
  {"es", "entre 77 y 101", {}, {"", 77, 101}}, {"it", "da 2702 a 2828", {}, "is refused"},
  {"it", "2702 a 2828", {}, telling}, {"it", "tra 2702 e 2828", {}, {"", 2702, 2828}},
  {"fr", "de 263 à 635", {}, telling}, {"fr", "263 à 635", {}, telling}, {"fr", "entre 263 et 635", {}, {"", 263, 635}},
  {"en", "2,702 to 2,828", {}, telling}, {"en", "263-635", {}, {"", 263, 635}}, {"pt", "de 2702 a 2828", {}, telling},
  {"sv", "263 till 635", {}, telling}, {"da", "263 til 635", {}, telling}, {"no", "263 til 635", {}, telling},
  {"nl", "263 tot 635", {}, telling}, {"de", "zwischen 263 und 635", {}, {"", 263, 635}},
  {"ja", "263件から635件", {}, telling}, {"ko", "272명에서 435명", {}, telling}, {"hi", "263 से 635", {}, telling},
  {"zh", "77至101", {}, telling}, {"ar", "77 إلى 101", {}, telling}, {"id", "77 hingga 101", {}, telling},
  {"de", "von 263 auf 635", {}, "is refused"},
}

local times = " times the printed "

local slips = {
  {"en", "More than 230 detectives", {value = 2300, qualifier = "more than"}, "2,300 is 10" .. times .. "230"},
  {"en", "over 2,400 sad children", {value = 24000, qualifier = "more than"}, "10" .. times},
  {"it", "52 denunciate", {value = 520, qualifier = "exact"}, "10" .. times},
  {"de", "430 CDs und Zeug", {value = 4300, qualifier = "exact"}, "10" .. times},
  {"ja", "犯人111人", {value = 1110, qualifier = "exact"}, "10" .. times},
  {"nl", "van ruim 126.000", {value = 126, qualifier = "more than"}, "without its last digits"},
  {"en", "14 of the 27", {value = 41, qualifier = "exact"}, "41 is no number of its words"},
  {"en", "14 of the 27", {value = 14, qualifier = "exact"}, {14, 14, 14}},
  {"en", "forty-one wobbles", {value = 410, qualifier = "exact"}, "10" .. times .. "41"},
  {"en", "5 wobbling million", {value = 5000000, qualifier = "rounded"}, {5000000, 4500000, 5500000}},
  {"en", "5 Millionen", {value = 5000000, qualifier = "rounded"}, {5000000, 4500000, 5500000}},
  {"en", "1.5 wobbling million", {value = 1500, qualifier = "rounded"}, "is not what is printed"},
  {"pl", "w sumie do 84", {}, "expected qualifier 'up to'"}, {"pl", "do 84", {}, "expected qualifier 'up to'"},
  {"pl", "w sumie do 84", {qualifier = "exact"}, {84, 84, 84}}, {"pl", "do 84", {qualifier = "up to"}, {84, 0, 84}},
  {"cs", "do 84", {}, "is refused"}, {"ru", "всего до 84", {}, "expected qualifier"},
  {"uk", "до 84", {}, "expected qualifier"}, {"bg", "до 84", {}, "expected qualifier"},
  {"hr", "do 84", {}, "expected qualifier"}, {"sl", "do 84", {}, "expected qualifier"},
  {"nl", "tot 84", {}, "expected qualifier"}, {"it", "fino a 84", {}, "expected qualifier"},
  {"es", "hasta 84", {}, "expected qualifier"}, {"id", "hingga 84", {}, "expected qualifier"},
  {"hi", "84 तक", {}, "expected qualifier"},
  {"th", "12 ล้านไฟล์", {}, {12000000, 11500000, 12500000}}, {"de", "bis zu 84", {}, {84, 0, 84}},
  {"en", "up to 84", {}, {84, 0, 84}},
  {"en", "34 a week", {value = 34, qualifier = "exact"}, "makes a rate"},
  {"da", "34 sager om ugen", {value = 34, qualifier = "exact"}, "makes a rate"},
  {"en", "34 a week", {value = 34, qualifier = "exact", stated = "number"}, {34, 34, 34}},
}

local money = {
  {"en", "€4.5 million", "USD", "'€' is EUR"}, {"en", "4.5 million pounds", "EUR", "GBP"},
  {"en", "US$3 million", "EUR", "'us$' is USD"}, {"en", "HK$2.8m", "USD", "'hk$' is HKD"},
  {"en", "$3 million", "CAD"}, {"en", "$3 million", "EUR", "is not what is printed"},
  {"en", "4.5 million pounds", "GBP"},
  {"ja", "1億2千万円", "USD", "JPY"}, {"ko", "50억원", "JPY", "KRW"}, {"id", "Rp1,5 miliar", "USD", "IDR"},
  {"de", "1,5 Mio. Euro", "USD", "EUR"}, {"pt", "R$ 1,5 milhão", "EUR", "BRL"}, {"pt", "R$ 1,5 milhão", "BRL"},
  {"sv", "2 mkr", "NOK", "SEK"}, {"no", "2 millioner kroner", "NOK"}, {"zh", "3亿元", "USD", "CNY"},
  {"fr", "2 millions d'euros", "USD", "EUR"},
  {"th", "12 ล้านบาท", "USD", "THB"}, {"th", "12 ล้านบาท", "THB"}, {"en", "3 million", "USD"},
}

local part = {part_of = 2}

local ordinary = {
  {"id", "setidaknya ada 500", {}, {500, 500, ""}}, {"zh", "共逮捕9名", {}, {9, 9, 9}},
  {"zh", "约有200人", {}, {200, 180, 220}}, {"zh", "没有30人", {}, "is refused"}, {"id", "tidak ada 30", {}, "is refused"},
  {"ja", "男女111人", {}, {111, 111, 111}}, {"ja", "五つ", {}, {5, 5, 5}}, {"ja", "被害者30人", {}, {30, 30, 30}},
  {"en", "an alarming 366,287", {}, {366287, 366287, 366287}}, {"en", "up to 100 such tips", {}, {100, 0, 100}},
  {"es", "entre ellas cuatro", part, {4, 4, 4}}, {"es", "entre ellas cuatro", {}, "expected part_of"},
  {"es", "una sesentena", {}, {60, 54, 66}}, {"nl", "een drietal", {value = 3, qualifier = "exact"}, {3, 3, 3}},
  {"sk", "siedmich z nich", part, {7, 7, 7}},
  {"en", "14 of the 27", part, "expected printed with the part alone"},
  {"en", "an average of around 450", {}, "('on average' and 'about')"},
  {"en", "about 5", {}, {5, 4, 6}}, {"en", "estimated 4", {}, {4, 3, 5}}, {"en", "about 1", {}, {1, 0, 2}},
  {"en", "nearly 9", {}, {9, 8, 8}}, {"en", "just over 10", {}, {10, 11, 11}}, {"en", "about 100", {}, {100, 90, 110}},
  {"en", "400 thousand", {}, {400000, 380000, 420000}}, {"en", "400,000", {}, {400000, 380000, 420000}},
  {"en", "4.5 million", {}, {4500000, 4450000, 4550000}}, {"en", "12 million", {}, {12000000, 11500000, 12500000}},
}

describe("what a record states", function()
  local copy, ops

  setup(function()
    copy = package_copy.new()
    ops = assert(operations.open(copy.path))
  end)
  teardown(function() copy:remove() end)

  local function add(language, figure)
    figure.subject, figure.locator = figure.subject or "inhope", 1
    local record = {source = {id = "ice-2024-99", publisher = "ice", title = "A page", type = "news",
      date_published = "2024-06-01", language = language}, figures = {figure, figure.part_of and {subject = "inhope",
      indicator = figure.indicator, printed = "51", locator = 1}}}
    local combined, added = adding.prepare(ops.package, record)
    if not combined then return nil, added:text() end
    return {added = added, questions = ops:questions(record)}
  end

  local function check(indicator, row)
    local language, printed, stated, wanted = table.unpack(row)
    local figure = {indicator = indicator, printed = printed}
    for field, value in pairs(stated) do figure[field] = value end
    local report, message = add(language, figure)
    if type(wanted) == "string" then
      assert(not report and message:find(wanted, 1, true), printed .. ": " .. tostring(message or "taken"))
      return
    end
    local got = report and report.added.figures[1] or {}
    assert.same(wanted, {got.value or "", got.low or "", got.high or ""}, printed .. ": " .. tostring(message))
  end

  it("of a change goes the way that the words say", function()
    for _, row in ipairs(changes) do check("reports_received_change", row) end
  end)

  it("of two numbers is asked for, unless a word makes a range of them", function()
    for _, row in ipairs(spans) do check("cases_recorded", row) end
  end)

  it("is a number of the words, and what bounds it is no preposition", function()
    for _, row in ipairs(slips) do check("files_seized", row) end
  end)

  it("of money is in the currency of the words", function()
    for _, row in ipairs(money) do
      local report, message = add(row[1], {indicator = "funding", printed = row[2], currency = row[3]})
      if row[4] then
        assert.matches(row[4], message or row[2] .. " is taken", 1, true)
      else
        assert(report, message)
      end
    end
  end)

  it("is read where its words are ordinary, and a hedge on a small count is a range", function()
    for _, row in ipairs(ordinary) do check("files_seized", row) end
  end)

  it("of a bare year of a body that works by fiscal years is of kind year, and that is said", function()
    local function kind(subject, period, period_kind)
      local report, message = add("en", {indicator = "complaints_investigated", printed = "8,313", subject = subject,
        period = period, period_kind = period_kind})
      assert(report, message)
      local question = report.questions[1]
      return report.added.figures[1].period_kind, question and question.proposals[1].value
    end
    assert.same({"year", "FY2008"}, {kind("icac", "2008")})
    assert.same({"calendar"}, {kind("icac", "2008", "calendar")})
    assert.same({"fiscal"}, {kind("icac", "FY2008")})
    assert.same({"calendar"}, {kind("inhope", "2008")})
    assert.same({"calendar"}, {kind("icac", "2007/2008")})
  end)

  it("by a correction is judged alike", function()
    assert(ops:revise("nz-dia-2025-1.03", {printed = "fell by 18 percent"}, "in its words", {dry_run = true}))
    local _, message = ops:revise("nz-dia-2025-1.03", {printed = "fell by 18 percent", value = 18}, "a slip")
    assert.matches(fell, message, 1, true)
    _, message = ops:revise("nz-dia-2025-1.03", {printed = "fell by 18 percent", value = 18, qualifier = "rounded",
      stated = "number"}, "a slip")
    assert.matches(fell, message, 1, true)
  end)
end)
