-- Numbers written out: in every language of the table words each is read as the number that it is, or refused, and what
-- the table itself can make of one, digits and units is never another number.

local languages = require "blotter.ops.figures.languages"
local lexicon = require "blotter.ops.figures.lexicon"
local loader = require "blotter.ops.dataset.package"
local reading = require "blotter.ops.figures.reading"

-- Numbers and their words, by language.
local spelled = {
  ar = {
    "21 واحد وعشرون; 21 واحد و عشرون; 101 مائة وواحد",
    "101 مائة و واحد; 121 مائة وواحد وعشرون",
    "121 مائة و واحد و عشرون; 201 مائتان وواحد; 201 مئتان و واحد",
    "501 خمسة مائة وواحد; 501 خمسمائة و واحد",
    "999 تسعة مائة وتسعة وتسعون; 999 تسعمائةتسعة و تسعون",
    "1001 ألف وواحد; 1001 واحد ألف و واحد; 1100 ألف ومائة",
    "1100 واحد ألف و مائة; 1234 ألف ومائتان وأربعة وثلاثون",
    "1234 واحد ألف و مئتان و أربعة و ثلاثون; 2001 ألفين وواحد",
    "2001 ألفي وواحد; 2001 ألفان و واحد; 10001 عشرة آلاف وواحد",
    "10001 عشرة آلاف و واحد; 100001 مائة ألف وواحد",
    "100001 مائة ألفاً و واحد; 1000001 مليون وواحد",
    "1000001 واحد مليون و واحد; 2000000 إثنان مليون; 2000000 مليونا",
  },
  bg = {
    "21 двайсет и едно; 101 сто и едно; 121 сто двайсет и едно",
    "201 двеста и едно; 501 петстотин и едно",
    "999 деветстотин деветдесет и девет; 1001 хиляда и едно",
    "1100 хиляда сто; 1234 хиляда двеста трийсет и четири",
    "2001 две хиляди и едно; 10001 десет хиляди и едно",
    "100001 сто хиляди и едно; 1000001 един милион и едно",
    "2000000 два милиона",
  },
  cs = {
    "21 dvacet jeden; 101 sto jeden; 121 sto dvacet jeden; 201 dvě stě jeden; 501 pět set jeden",
    "999 devět set devadesát devět; 1001 jedna tisíc jeden; 1100 jedna tisíc sto",
    "1234 jedna tisíc dvě stě třicet čtyři; 2001 dvě tisíce jeden; 10001 deset tisíc jeden",
    "100001 sto tisíc jeden; 1000001 jeden milión jeden; 2000000 dva milióny",
  },
  da = {
    "21 enogtyve; 101 hundrede og et; 101 hundrede og en; 101 ethundrede og et; 121 hundrede og enogtyve",
    "121 ethundrede og enogtyve; 201 tohundrede og et; 201 tohundrede og en; 501 femhundrede og et",
    "501 femhundrede og en; 999 nihundrede og nioghalvfems; 1001 tusind og et; 1001 tusinde og en",
    "1001 ettusinde og et; 1100 tusind hundrede; 1100 tusinde hundrede; 1100 ettusinde og ethundrede",
    "1234 tusind tohundrede og fireogtredive; 1234 tusinde tohundrede og fireogtredive",
    "1234 ettusinde og tohundrede og fireogtredive; 2001 to tusind og et; 2001 to tusinde og en",
    "2001 totusinde og et; 10001 ti tusind og et; 10001 ti tusinde og en; 10001 titusinde og et",
    "100001 hundrede tusind og et; 100001 hundrede tusinde og en; 100001 ethundredetusinde og et",
    "1000001 en million et; 1000001 million en; 2000000 to millioner",
  },
  de = {
    "21 einundzwanzig; 101 einhunderteins; 101 einhundertein; 101 einhunderteine",
    "121 einhunderteinundzwanzig; 201 zweihunderteins; 201 zweihundertein; 201 zweihunderteine",
    "501 fünfhunderteins; 501 fünfhundertein; 501 fünfhunderteine; 999 neunhundertneunundneunzig",
    "1001 eintausendeins; 1001 eintausendein; 1001 eintausendeine; 1100 eintausendeinhundert",
    "1234 eintausendzweihundertvierunddreißig; 2001 zweitausendeins; 2001 zweitausendein",
    "2001 zweitausendeine; 10001 zehntausendeins; 10001 zehntausendein; 10001 zehntausendeine",
    "100001 einhunderttausendeins; 100001 einhunderttausendein; 100001 einhunderttausendeine",
    "1000001 eine Million eins; 1000001 eine Million ein; 1000001 eine Million eine",
    "2000000 zwei Millionen",
  },
  el = {
    "21 είκοσι ένα; 21 είκοσι ένας; 21 είκοσι μία; 101 εκατόν ένα",
    "101 εκατόν ένας; 101 εκατόν μία; 121 εκατόν είκοσι ένα",
    "121 εκατόν είκοσι ένας; 121 εκατόν είκοσι μία",
    "201 διακόσια ένα; 201 διακόσιοι ένας; 201 διακόσιες μία",
    "501 πεντακόσια ένα; 501 πεντακόσιοι ένας",
    "501 πεντακόσιες μία; 999 εννιακόσια εννενήντα εννέα",
    "999 εννιακόσιοι εννενήντα εννέα",
    "999 εννιακόσιες εννενήντα εννέα; 1001 χίλια ένα",
    "1001 χίλιοι ένας; 1001 χίλιες μία; 1100 χίλια εκατό",
    "1100 χίλιοι εκατό; 1100 χίλιες εκατό",
    "1234 χίλια διακόσια τριάντα τέσσερα",
    "1234 χίλιοι διακόσιοι τριάντα τέσσερις",
    "1234 χίλιες διακόσιες τριάντα τέσσερις",
    "2001 δύο χίλιάδες ένα; 2001 δύο χίλιάδες ένας",
    "2001 δύο χίλιάδες μία; 10001 δέκα χίλιάδες ένα",
    "10001 δέκα χίλιάδες ένας; 10001 δέκα χίλιάδες μία",
    "100001 εκατό χίλιάδες ένα; 100001 εκατό χίλιάδες ένας",
    "100001 εκατό χίλιάδες μία; 1000001 ένα εκατομμύριο ένα",
    "1000001 ένα εκατομμύριο ένας; 1000001 ένα εκατομμύριο μία",
    "2000000 δύο εκατομμύρια",
  },
  en = {
    "21 twenty-one; 101 one hundred one; 101 one hundred and one; 121 one hundred twenty-one",
    "121 one hundred and twenty-one; 201 two hundred one; 201 two hundred and one; 501 five hundred one",
    "501 five hundred and one; 999 nine hundred ninety-nine; 999 nine hundred and ninety-nine",
    "1001 one thousand one; 1001 one thousand and one; 1100 one thousand one hundred",
    "1234 one thousand two hundred thirty-four; 1234 one thousand two hundred and thirty-four",
    "2001 two thousand one; 2001 two thousand and one; 10001 ten thousand one; 10001 ten thousand and one",
    "100001 one hundred thousand one; 100001 one hundred thousand and one; 1000001 one million one",
    "1000001 one million and one; 2000000 two million",
  },
  es = {
    "21 veintiuno; 21 veintiún; 21 veintiuna; 101 ciento uno; 101 ciento un; 101 ciento una",
    "121 ciento veintiuno; 121 ciento veintiún; 121 ciento veintiuna; 201 doscientos uno",
    "201 doscientos un; 201 doscientas una; 501 quinientos uno; 501 quinientos un; 501 quinientas una",
    "999 novecientos noventa y nueve; 999 novecientas noventa y nueve; 1001 mil uno; 1001 mil un",
    "1001 mil una; 1100 mil cien; 1234 mil doscientos treinta y cuatro",
    "1234 mil doscientas treinta y cuatro; 2001 dos mil uno; 2001 dos mil un; 2001 dos mil una",
    "10001 diez mil uno; 10001 diez mil un; 10001 diez mil una; 100001 cien mil uno; 100001 cien mil un",
    "100001 cien mil una; 1000001 un millón uno; 1000001 un millón un; 1000001 un millón una",
    "2000000 dos millones",
  },
  et = {
    "21 kakskümmend üks; 101 ükssada üks; 121 ükssada kakskümmend üks; 201 kakssada üks",
    "501 viissada üks; 999 üheksasada üheksakümmend üheksa; 1001 üks tuhat üks",
    "1100 üks tuhat ükssada; 1234 üks tuhat kakssada kolmkümmend neli; 2001 kaks tuhat üks",
    "10001 kümme tuhat üks; 100001 ükssada tuhat üks; 1000001 üks miljon üks; 2000000 kaks miljonit",
  },
  fa = {
    "21 بیست و یک; 101 صد و یک; 121 صد و بیست و یک; 201 دویست و یک",
    "501 پانصد و یک; 999 نهصد و نود و نه; 1001 یک هزار و یک",
    "1100 یک هزار و صد; 1234 یک هزار و دویست و سی و چهار",
    "2001 دو هزار و یک; 10001 ده هزار و یک; 100001 صد هزار و یک",
    "1000001 یک میلیون و یک; 2000000 دو میلیون",
  },
  fi = {
    "21 kaksikymmentäyksi; 101 satayksi; 121 satakaksikymmentäyksi; 201 kaksisataayksi",
    "501 viisisataayksi; 999 yhdeksänsataayhdeksänkymmentäyhdeksän; 1001 tuhatyksi; 1100 tuhatsata",
    "1234 tuhatkaksisataakolmekymmentäneljä; 2001 kaksituhattayksi; 10001 kymmenentuhattayksi",
    "100001 satatuhattayksi; 1000001 yksi miljoona yksi; 2000000 kaksi miljoonaa",
  },
  fr = {
    "21 vingt-et-un; 21 vingt-et-une; 21 vingt et un; 101 cent un; 101 cent une; 121 cent vingt-et-un",
    "121 cent vingt-et-une; 121 cent vingt et un; 201 deux cent un; 201 deux cent une; 501 cinq cent un",
    "501 cinq cent une; 999 neuf cent quatre-vingt-dix-neuf; 1001 mille un; 1001 mille une",
    "1100 mille cent; 1234 mille deux cent trente-quatre; 2001 deux mille un; 2001 deux mille une",
    "10001 dix mille un; 10001 dix mille une; 100001 cent mille un; 100001 cent mille une",
    "1000001 un million un; 1000001 un million une; 2000000 deux millions",
  },
  he = {
    "21 עשרים ואחת; 21 עשרים ואחד; 101 מאה ואחת; 101 מאה ואחד",
    "121 מאה עשרים ואחת; 121 מאה עשרים ואחד; 201 מאתיים ואחת",
    "201 מאתיים ואחד; 501 חמש מאות ואחת; 501 חמש מאות ואחד",
    "999 תשע מאות תשעים ותשע; 999 תשע מאות תשעים ותשעה",
    "1001 אלף ואחת; 1001 אלף ואחד; 1100 אלף מאה; 1100 אלף ומאה",
    "1234 אלף מאתיים שלושים וארבע; 1234 אלף מאתיים שלושים וארבעה",
    "1234 אלף מאתיים שלשים וארבע; 2001 אלפיים ואחת",
    "2001 אלפיים ואחד; 2001 שנים אלף ואחד; 10001 עשרת אלפים ואחת",
    "10001 עשרת אלפים ואחד; 100001 מאה אלף ואחת; 100001 מאה אלף ואחד",
    "1000001 מיליון ואחת; 1000001 מיליון ואחד; 2000000 שני מיליון",
  },
  hi = {
    "21 इक्कीस; 101 एक सौ एक; 121 एक सौ इक्कीस",
    "201 दो सौ एक; 501 पाँच सौ एक",
    "999 नौ सौ निन्यानबे; 1001 एक हज़ार एक",
    "1100 एक हज़ार एक सौ",
    "1234 एक हज़ार दो सौ चौंतीस; 2001 दो हज़ार एक",
    "10001 दस हज़ार एक; 100001 एक लाख एक; 1000001 दस लाख एक",
    "2000000 बीस लाख",
  },
  hr = {
    "21 dvadeset i jedan; 21 dvadeset i jedno; 21 dvadeset i jedna; 101 sto jedan; 101 sto jedno",
    "101 sto jedna; 121 sto dvadeset i jedan; 121 sto dvadeset i jedno; 121 sto dvadeset i jedna",
    "201 dvjesto jedan; 201 dvjesto jedno; 201 dvjesto jedna; 501 petsto jedan; 501 petsto jedno",
    "501 petsto jedna; 999 devetsto devedeset i devet; 1001 tisuću jedan; 1001 tisuću jedno",
    "1001 tisuću jedna; 1100 tisuću sto; 1234 tisuću dvjesto trideset i četiri",
    "2001 dvije tisuće jedan; 2001 dvije tisuće jedno; 2001 dvije tisuće jedna",
    "10001 deset tisuća jedan; 10001 deset tisuća jedno; 10001 deset tisuća jedna",
    "100001 sto tisuća jedan; 100001 sto tisuća jedno; 100001 sto tisuća jedna",
    "1000001 jedan milijun jedan; 1000001 jedan milijun jedno; 1000001 jedan milijun jedna",
    "2000000 dva milijuna",
  },
  hu = {
    "21 huszonegy; 101 százegy; 121 százhuszonegy; 201 kétszázegy; 501 ötszázegy",
    "999 kilencszázkilencvenkilenc; 1001 ezeregy; 1100 ezerszáz; 1234 ezerkétszázharmincnégy",
    "2001 kétezeregy; 10001 tízezeregy; 100001 százezeregy; 1000001 egymillióegy; 2000000 kétmillió",
  },
  id = {
    "21 dua puluh satu; 101 seratus satu; 121 seratus dua puluh satu; 201 dua ratus satu",
    "501 lima ratus satu; 999 sembilan ratus sembilan puluh sembilan; 1001 seribu satu",
    "1100 seribu seratus; 1234 seribu dua ratus tiga puluh empat; 2001 dua ribu satu",
    "10001 sepuluh ribu satu; 100001 seratus ribu satu; 1000001 satu juta satu; 2000000 dua juta",
  },
  it = {
    "21 ventuno; 21 ventun; 21 ventuna; 101 centouno; 101 centouna; 121 centoventuno; 121 centoventiuno",
    "201 duecentouno; 201 duecentouna; 501 cinquecentouno; 501 cinquecentouna; 999 novecentonovantanove",
    "1001 milleuno; 1001 milleun; 1001 milleuna; 1100 millecento; 1234 milleduecentotrentaquattro",
    "2001 duemilauno; 2001 duemilaun; 2001 duemilauna; 10001 diecimilauno; 10001 diecimilaun",
    "10001 diecimilauna; 100001 centomilauno; 100001 centomilaun; 100001 centomilauna",
    "1000001 un milione uno; 1000001 un milione un; 1000001 un milione una; 2000000 due milioni",
  },
  ja = {
    "21 二十一; 21 弐拾壱; 101 百一; 101 壱百壱; 121 百二十一; 121 壱百弐拾壱",
    "201 二百一; 201 弐百壱; 501 五百一; 501 伍百壱; 999 九百九十九; 999 九百九拾九",
    "1001 千一; 1001 壱千壱; 1100 千百; 1100 壱千壱百; 1234 千二百三十四",
    "1234 壱千弐百参拾四; 2001 二千一; 2001 弐千壱; 10001 一万一; 10001 壱萬壱",
    "100001 十万一; 100001 拾萬壱; 1000001 百万一; 1000001 壱百萬壱; 2000000 二百万",
    "2000000 弐百萬",
  },
  kn = {
    "21 ಇಪ್ಪತ್ತ್ ಒಂದು; 101 ಒಂದು ನೂರ ಒಂದು",
    "121 ಒಂದು ನೂರ ಇಪ್ಪತ್ತ್ ಒಂದು",
    "201 ಎರಡು ನೂರ ಒಂದು; 501 ಐದು ನೂರ ಒಂದು",
    "999 ಒಂಬತ್ತು ನೂರ ತೊಂಬತ್ತೊಂಬತ್ತು",
    "1001 ಒಂದು ಸಾವಿರದ ಒಂದು",
    "1100 ಒಂದು ಸಾವಿರ ಒಂದು ನೂರು",
    "1234 ಒಂದು ಸಾವಿರ ಎರಡು ನೂರ ಮೂವತ್ತ್ ನಾಲ್ಕು",
    "2001 ಎರಡು ಸಾವಿರದ ಒಂದು",
    "10001 ಹತ್ತು ಸಾವಿರದ ಒಂದು",
    "100001 ಒಂದು ಒಂದು ಲಕ್ಷದ ಒಂದು",
    "1000001 ಹತ್ತು ಒಂದು ಲಕ್ಷದ ಒಂದು",
    "2000000 ಇಪ್ಪತ್ತು ಒಂದು ಲಕ್ಷ",
  },
  ko = {
    "21 이십일; 21 스물한; 21 스물하나; 101 백일; 101 백한; 101 일백일; 121 백이십일",
    "121 백스물한; 121 일백이십일; 201 이백일; 201 이백한; 501 오백일; 501 오백한",
    "999 구백구십구; 999 구백아흔아홉; 1001 천일; 1001 천한; 1001 일천일; 1100 천백",
    "1100 일천일백; 1234 천이백삼십사; 1234 천이백서른네; 1234 일천이백삼십사",
    "2001 이천일; 2001 이천한; 10001 만 일; 10001 만 한; 10001 일만일; 100001 십만 일",
    "100001 십만 한; 100001 일십만일; 1000001 백만 일; 1000001 백만 한; 1000001 일백만일",
    "2000000 이백만",
  },
  lt = {
    "21 dvidešimt vienas; 21 dvidešimt viena; 101 šimtas vienas; 101 šimtas viena",
    "101 vienas šimtas vienas; 121 šimtas dvidešimt vienas; 121 šimtas dvidešimt viena",
    "121 vienas šimtas dvidešimt vienas; 201 du šimtai vienas; 201 du šimtai viena",
    "501 penki šimtai vienas; 501 penki šimtai viena; 999 devyni šimtai devyniasdešimt devyni",
    "999 devyni šimtai devyniasdešimt devynios; 1001 tūkstantis vienas; 1001 tūkstantis viena",
    "1001 vienas tūkstantis vienas; 1100 tūkstantis šimtas; 1100 vienas tūkstantis vienas šimtas",
    "1234 tūkstantis du šimtai trisdešimt keturi; 1234 tūkstantis du šimtai trisdešimt keturios",
    "1234 vienas tūkstantis du šimtai trisdešimt keturi; 2001 du tūkstančiai vienas",
    "2001 du tūkstančiai viena; 10001 dešimt tūkstančių vienas; 10001 dešimt tūkstančių viena",
    "100001 šimtas tūkstančių vienas; 100001 šimtas tūkstančių viena",
    "100001 vienas šimtas tūkstančių vienas; 1000001 vienas milijonas vienas",
    "1000001 vienas milijonas viena; 2000000 du milijonų; 2000000 du milijonai",
  },
  lv = {
    "21 divdesmit viens; 21 divdesmit viena; 101 simt viens; 101 simt viena; 101 simtu viens",
    "121 simt divdesmit viens; 121 simt divdesmit viena; 121 simts divdesmit viens; 201 divsimt viens",
    "201 divsimt viena; 201 divi simti viens; 501 piecsimt viens; 501 piecsimt viena",
    "501 pieci simti viens; 999 deviņsimt deviņdesmit deviņi; 999 deviņsimt deviņdesmit deviņas",
    "999 deviņi simti deviņdesmit deviņi; 1001 tūkstoš viens; 1001 tūkstoš viena",
    "1001 tūkstotis viens; 1100 tūkstoš simt; 1100 tūkstotis simts",
    "1234 tūkstoš divsimt trīsdesmit četri; 1234 tūkstoš divsimt trīsdesmit četras",
    "1234 tūkstotis divi simti trīsdesmit četri; 2001 divtūkstoš viens; 2001 divtūkstoš viena",
    "2001 divi tūkstoši viens; 10001 desmit tūkstoši viens; 10001 desmit tūkstoši viena",
    "100001 simt tūkstoši viens; 100001 simt tūkstoši viena; 100001 simts tūkstoši viens",
    "1000001 viens miljons viens; 1000001 viens miljons viena; 1000001 miljons viens",
    "2000000 divi miljoni",
  },
  ms = {
    "21 dua puluh satu; 101 seratus satu; 121 seratus dua puluh satu; 201 dua ratus satu",
    "501 lima ratus satu; 999 sembilan ratus sembilan puluh sembilan; 1001 seribu satu",
    "1100 seribu seratus; 1234 seribu dua ratus tiga puluh empat; 2001 dua ribu satu",
    "10001 sepuluh ribu satu; 100001 seratus ribu satu; 1000001 sejuta satu; 2000000 dua juta",
  },
  nl = {
    "21 eenentwintig; 101 honderdeen; 101 honderdéén; 121 honderdeenentwintig; 201 tweehonderdeen",
    "201 tweehonderdéén; 501 vijfhonderdeen; 501 vijfhonderdéén; 999 negenhonderdnegenennegentig",
    "1001 duizendeen; 1001 duizendéén; 1100 duizendhonderd; 1234 duizendtweehonderdvierendertig",
    "2001 tweeduizendeen; 2001 tweeduizendéén; 10001 tienduizendeen; 10001 tienduizendéén",
    "100001 honderdduizendeen; 100001 honderdduizendéén; 1000001 een miljoen een",
    "1000001 een miljoen één; 2000000 twee miljoen",
  },
  no = {
    "21 tjueén; 21 tjueett; 21 tjue-en; 101 hundre og én; 101 hundre og ei; 101 hundre og ett",
    "121 hundre og tjueén; 121 hundre og tjueett; 121 en hundre og tjue-en; 201 to hundre og én",
    "201 to hundre og ei; 201 to hundre og ett; 501 fem hundre og én; 501 fem hundre og ei",
    "501 fem hundre og ett; 999 ni hundre og nittini; 999 ni hundre og nitti-ni; 1001 tusen og én",
    "1001 tusen og ei; 1001 tusen og ett; 1100 tusen hundre; 1100 en tusen, en hundre",
    "1234 tusen to hundre og trettifire; 1234 en tusen, to hundre og tretti-fire; 2001 to tusen og én",
    "2001 to tusen og ei; 2001 to tusen og ett; 10001 ti tusen og én; 10001 ti tusen og ei",
    "10001 ti tusen og ett; 100001 hundre tusen og én; 100001 hundre tusen og ei",
    "100001 hundre tusen og ett; 1000001 én million én; 1000001 én million ei; 1000001 én million ett",
    "2000000 to millioner; 2000000 to million",
  },
  pl = {
    "21 dwadzieścia jeden; 101 sto jeden; 121 sto dwadzieścia jeden; 201 dwieście jeden",
    "501 pięćset jeden; 999 dziewięćset dziewięćdziesiąt dziewięć; 1001 tysiąc jeden",
    "1100 tysiąc sto; 1234 tysiąc dwieście trzydzieści cztery; 2001 dwa tysiące jeden",
    "10001 dziesięć tysięcy jeden; 100001 sto tysięcy jeden; 1000001 milion jeden",
    "2000000 dwa miliony",
  },
  pt = {
    "21 vinte e um; 21 vinte e uma; 101 cento e um; 101 cento e uma; 121 cento e vinte e um",
    "121 cento e vinte e uma; 201 duzentos e um; 201 duzentas e uma; 501 quinhentos e um",
    "501 quinhentas e uma; 999 novecentos e noventa e nove; 999 novecentas e noventa e nove",
    "1001 mil e um; 1001 mil e uma; 1100 mil e cem; 1234 mil duzentos e trinta e quatro",
    "1234 mil duzentas e trinta e quatro; 2001 dois mil e um; 2001 duas mil e uma; 10001 dez mil e um",
    "10001 dez mil e uma; 100001 cem mil e um; 100001 cem mil e uma; 1000001 um milhão e um",
    "1000001 um milhão e uma; 2000000 dois milhões",
  },
  ro = {
    "21 douăzeci şi unu; 21 douăzeci şi una; 21 douăzeci și unu; 101 una sută unu",
    "101 una sută una; 101 o sută unu; 121 una sută douăzeci şi unu; 121 una sută douăzeci şi una",
    "121 o sută douăzeci și unu; 201 două sute unu; 201 două sute una; 501 cinci sute unu",
    "501 cinci sute una; 999 nouă sute nouăzeci şi nouă; 999 nouă sute nouăzeci și nouă",
    "1001 una mie unu; 1001 una mie una; 1001 o mie unu; 1100 una mie una sută; 1100 o mie o sută",
    "1234 una mie două sute treizeci şi patru; 1234 o mie două sute treizeci și patru",
    "2001 două mii unu; 2001 două mii una; 10001 zece mii unu; 10001 zece mii una",
    "100001 una sută mii unu; 100001 una sută mii una; 100001 o sută mie unu; 1000001 unu milion unu",
    "1000001 unu milion una; 1000001 un milion unu; 2000000 două milioane; 2000000 două milion",
  },
  ru = {
    "21 двадцать один; 101 сто один; 121 сто двадцать один",
    "201 двести один; 501 пятьсот один",
    "999 девятьсот девяносто девять; 1001 одна тысяча один",
    "1100 одна тысяча сто",
    "1234 одна тысяча двести тридцать четыре",
    "2001 две тысячи один; 10001 десять тысяч один",
    "100001 сто тысяч один; 1000001 один миллион один",
    "2000000 два миллиона",
  },
  sk = {
    "21 dvadsaťjeden; 101 jednasto jeden; 121 jednasto dvadsaťjeden; 201 dvesto jeden",
    "501 päťsto jeden; 999 deväťsto deväťdesiatdeväť; 1001 jedna tisíc jeden",
    "1100 jedna tisíc jednasto; 1234 jedna tisíc dvesto tridsaťštyri; 2001 dve tisíc jeden",
    "10001 desať tisíc jeden; 100001 jednasto tisíc jeden; 1000001 jeden milión jeden",
    "2000000 dva milióny",
  },
  sl = {
    "21 dvaset ena; 21 enaindvajset; 101 sto ena; 121 sto dvaset ena; 121 sto enaindvajset",
    "201 dvjesto ena; 201 dvesto ena; 501 petsto ena; 999 devetsto devetdeset devet",
    "999 devetsto devetindevetdeset; 1001 tisuću ena; 1001 tisoč ena; 1100 tisuću sto; 1100 tisoč sto",
    "1234 tisuću dvjesto trideset štiri; 1234 tisoč dvesto štiriintrideset; 2001 dvije tisuće ena",
    "2001 dva tisoč ena; 10001 deset tisuću ena; 10001 deset tisoč ena; 100001 sto tisuću ena",
    "100001 sto tisoč ena; 1000001 ena milijun ena; 1000001 milijon ena; 2000000 dva milijuny",
    "2000000 dva milijona",
  },
  sr = {
    "21 двадесет и један; 101 сто један; 121 сто двадесет и један",
    "201 двеста један; 501 петсто један",
    "999 деветсто деведесет и девет; 1001 једна хиљаду један",
    "1100 једна хиљаду сто",
    "1234 једна хиљаду двеста тридесет и четири",
    "2001 две хиљада један; 10001 десет хиљада један",
    "100001 сто хиљада један; 1000001 један милион један",
    "2000000 два милион",
  },
  sv = {
    "21 tjugoett; 21 tjugoen; 101 etthundraett; 101 etthundraen; 121 etthundratjugoett",
    "121 etthundratjugoen; 201 tvåhundraett; 201 tvåhundraen; 501 femhundraett; 501 femhundraen",
    "999 niohundranittionio; 1001 ettusen ett; 1001 ettusen en; 1100 ettusen etthundra",
    "1234 ettusen tvåhundratrettiofyra; 2001 tvåtusen ett; 2001 tvåtusen en; 10001 tiotusen ett",
    "10001 tiotusen en; 100001 etthundratusen ett; 100001 etthundratusen en; 1000001 en miljon ett",
    "1000001 en miljon en; 2000000 två miljoner",
  },
  ta = {
    "21 இருபது ஒன்று; 101 நூறு ஒன்று",
    "121 நூறு இருபது ஒன்று; 201 இருநூறு ஒன்று",
    "501 ஐநூறு ஒன்று",
    "999 தொள்ளாயிரம் தொண்ணூறு ஒன்பது",
    "1001 ஒன்று ஆயிரம் ஒன்று",
    "1100 ஒன்று ஆயிரம் நூறு",
    "1234 ஒன்று ஆயிரம் இருநூறு முப்பது நான்கு",
    "2001 இரண்டு ஆயிரம் ஒன்று",
    "10001 பத்து ஆயிரம் ஒன்று",
    "100001 ஒன்று லட்சம் ஒன்று",
    "1000001 பத்து லட்சம் ஒன்று",
    "2000000 இருபது லட்சம்",
  },
  th = {
    "21 ยี่สิบเอ็ด; 101 หนึ่งร้อยหนึ่ง",
    "101 หนึ่งร้อยเอ็ด",
    "121 หนึ่งร้อยยี่สิบเอ็ด",
    "201 สองร้อยหนึ่ง; 201 สองร้อยเอ็ด",
    "501 ห้าร้อยหนึ่ง; 501 ห้าร้อยเอ็ด",
    "999 เก้าร้อยเก้าสิบเก้า",
    "1001 หนึ่งพันหนึ่ง; 1001 หนึ่งพันเอ็ด",
    "1100 หนึ่งพันหนึ่งร้อย",
    "1234 หนึ่งพันสองร้อยสามสิบสี่",
    "2001 สองพันหนึ่ง; 2001 สองพันเอ็ด",
    "10001 หนึ่งหมื่นหนึ่ง",
    "10001 หนึ่งหมื่นเอ็ด; 100001 หนึ่งแสนหนึ่ง",
    "100001 หนึ่งแสนเอ็ด; 1000001 หนึ่งล้านหนึ่ง",
    "1000001 หนึ่งล้านเอ็ด; 2000000 สองล้าน",
  },
  tr = {
    "21 yirmi bir; 21 yirmibir; 101 yüz bir; 101 yüzbir; 121 yüz yirmi bir; 121 yüzyirmibir",
    "201 iki yüz bir; 201 ikiyüzbir; 501 beş yüz bir; 501 beşyüzbir; 999 dokuz yüz doksan dokuz",
    "999 dokuzyüzdoksandokuz; 1001 bin bir; 1001 binbir; 1100 bin yüz; 1100 binyüz",
    "1234 bin iki yüz otuz dört; 1234 binikiyüzotuzdört; 2001 iki bin bir; 2001 ikibinbir",
    "10001 on bin bir; 10001 onbinbir; 100001 yüz bin bir; 100001 yüzbinbir; 1000001 bir milyon bir",
    "1000001 birmilyonbir; 2000000 iki milyon; 2000000 ikimilyon",
  },
  uk = {
    "21 двадцять один; 101 сто один; 121 сто двадцять один",
    "201 двісті один; 501 пʼятсот один",
    "999 девʼятсот девʼяносто девʼять; 1001 одна тисяча один",
    "1100 одна тисяча сто",
    "1234 одна тисяча двісті тридцять чотири",
    "2001 дві тисячі один; 10001 десять тисяч один",
    "100001 сто тисяч один; 1000001 один мільйон один",
    "2000000 два мільйони",
  },
  vi = {
    "21 hai mươi mốt; 101 một trăm lẻ một; 121 một trăm hai mươi mốt",
    "201 hai trăm lẻ một; 501 năm trăm lẻ một; 999 chín trăm chín mươi chín",
    "1001 một nghìn không trăm lẻ một; 1001 một nghìn lẻ một",
    "1100 một nghìn một trăm; 1234 một nghìn hai trăm ba mươi tư",
    "1234 một nghìn hai trăm ba mươi bốn; 2001 hai nghìn không trăm lẻ một",
    "2001 hai nghìn lẻ một; 10001 mười nghìn không trăm lẻ một",
    "10001 mười nghìn lẻ một; 100001 một trăm nghìn không trăm lẻ một",
    "100001 một trăm nghìn lẻ một; 1000001 một triệu lẻ một; 2000000 hai triệu",
  },
  zh = {
    "21 二十一; 21 贰拾壹; 101 一百〇一; 101 壹佰零壹; 101 一百零一",
    "121 一百二十一; 121 壹佰贰拾壹; 201 二百〇一; 201 贰佰零壹; 201 二百零一",
    "501 五百〇一; 501 伍佰零壹; 501 五百零一; 999 九百九十九; 999 玖佰玖拾玖",
    "1001 一千〇一; 1001 壹仟零壹; 1001 一千零一; 1100 一千一百; 1100 壹仟壹佰",
    "1234 一千二百三十四; 1234 壹仟贰佰叁拾肆; 1234 一千两百三十四",
    "2001 二千〇一; 2001 贰仟零壹; 2001 二千零一; 10001 一万〇一; 10001 壹万零壹",
    "10001 一万零一; 100001 十万〇一; 100001 拾万零壹; 100001 十万零一",
    "1000001 一百万〇一; 1000001 壹佰万零壹; 1000001 一百万零一; 2000000 二百万",
    "2000000 贰佰万; 2000000 两百万",
  },
}

-- Languages whose numbers are all read.
local whole = {"de", "en", "es", "fr", "id", "nl", "pt"}

describe("numbers written out", function()
  local spoken, lexemes, by_language, indicator

  setup(function()
    local tables = assert(loader.open "data").tables
    spoken, lexemes = languages.new(tables), lexicon.from_rows(tables.qualifiers.rows)
    indicator = tables.indicators.index.files_seized
    by_language = {}
    for _, row in ipairs(tables.words.rows) do
      by_language[row.language] = by_language[row.language] or {number = {}, multiplier = {}, filler = {}, measure = {}}
      local roles = by_language[row.language]
      if roles[row.role] then roles[row.role][row.word] = row end
    end
    by_language.mul = nil
  end)

  local function read(language, text)
    local result = reading.printed(text, {words = spoken.words, language = language,
      formats = spoken:formats(language), indicator = indicator})
    if not result then return nil end
    result.printed = text
    result.low, result.high = lexicon.bounds(lexemes, result, indicator)
    return result
  end

  local function refused_or(language, text, wanted)
    local result = read(language, text)
    if not result or not result.value then return end
    assert.equal(wanted, result.value, language .. ": " .. text)
    local is_within = (not result.low or result.low <= wanted) and (not result.high or wanted <= result.high)
    assert.is_true(is_within, language .. ": " .. text)
  end

  local function refused(language, text)
    local result = read(language, text)
    assert.is_nil(result and result.value, language .. ": " .. text)
  end

  local function each_spelled(visit)
    for language, lines in pairs(spelled) do
      for _, line in ipairs(lines) do
        for number, text in line:gmatch "(%d+) ([^;]+)" do visit(language, math.tointeger(tonumber(number)), text) end
      end
    end
  end

  it("are the number that they are, or refused", function()
    each_spelled(function(language, number, text) refused_or(language, text, number) end)
  end)

  it("are read in the languages whose words are all there", function()
    local is_whole, missing = {}, {}
    for _, language in ipairs(whole) do is_whole[language] = true end
    each_spelled(function(language, _, text)
      if is_whole[language] and not read(language, text) then missing[#missing + 1] = language .. ": " .. text end
    end)
    table.sort(missing)
    assert.same({}, missing)
  end)

  local function units_of(roles)
    local units = {}
    for word, row in pairs(roles.multiplier) do
      if row.meaning == "one" then units[word] = math.tointeger(row.value) end
    end
    for word, row in pairs(roles.number) do
      if row.value >= 100 then units[word] = math.tointeger(row.value) end
    end
    return units
  end

  it("count one behind a unit", function()
    for language, roles in pairs(by_language) do
      for one, row in pairs(roles.number) do
        for unit, value in pairs(row.value == 1 and units_of(roles) or {}) do
          refused_or(language, unit .. " " .. one, value + 1)
          refused_or(language, unit .. one, value + 1)
        end
      end
    end
  end)

  it("say no number by a unit alone that is no form of one", function()
    for language, roles in pairs(by_language) do
      for word, row in pairs(roles.multiplier) do
        if row.meaning ~= "one" and not roles.number[word] then refused(language, word) end
      end
    end
  end)

  it("are no part of digits before or behind them", function()
    for language, roles in pairs(by_language) do
      for word, row in pairs(roles.number) do
        if row.value >= 2 then
          for _, form in ipairs {"20 %s", "20-%s", "20 - %s", "%s-20", "100 %s", "1000-%s"} do
            refused(language, form:format(word))
          end
        end
      end
      for word in pairs(roles.filler) do
        if word:find "^%a+$" then refused(language, "20-" .. word) end
      end
    end
  end)

  it("add up only in their order", function()
    for language, roles in pairs(by_language) do
      for first, row in pairs(roles.number) do
        for second, other in pairs(roles.number) do
          local is_tried = other.value == 1 or other.value == 5 or other.value == 20 or other.value == 100
          local is_joined = second:find "^\u{648}"
          local both = first .. " " .. second
          if is_tried and row.value >= 1 and not is_joined and not roles.number[both] then
            local sum = row.value > other.value and row.value + other.value or -1
            refused_or(language, both, roles.filler[first] and other.value or sum)
          end
        end
      end
    end
  end)
end)
