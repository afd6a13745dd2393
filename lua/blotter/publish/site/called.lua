--- What people call areas besides their names: other names, adjectives, and the three letters of ISO 3166-1.

return {
  AE = "ARE UAE Emirates Emirati Dubai", AR = "ARG Argentine Argentinian", AT = "AUT Austrian", AU = "AUS Australian",
  BA = "BIH Bosnian", BD = "BGD Bangladeshi", BE = "BEL Belgian", BG = "BGR Bulgarian", BO = "BOL Bolivian",
  BR = "BRA Brazilian", CA = "CAN Canadian", CH = "CHE Swiss", CL = "CHL Chilean", CN = "CHN Chinese",
  CO = "COL Colombian", CY = "CYP Cypriot", CZ = "CZE Czech Republic", DE = "DEU German Germans",
  DK = "DNK Danish Danes", EC = "ECU Ecuadorian", EE = "EST Estonian", ES = "ESP Spanish", EU = "EC Brussels Union",
  FI = "FIN Finnish", FR = "FRA French", GB = "GBR UK Britain Great British England Scotland Wales",
  GR = "GRC Greek", GY = "GUY Guyanese", HK = "HKG", HR = "HRV Croatian", HU = "HUN Hungarian",
  ID = "IDN Indonesian", IE = "IRL Irish Garda Gardai", IL = "ISR Israeli", IN = "IND Indian", IS = "ISL Icelandic",
  IT = "ITA Italian", JE = "JEY Channel Islands", JP = "JPN Japanese", KH = "KHM Cambodian", KP = "PRK DPRK",
  KR = "KOR South Korea Korean", LA = "LAO", LK = "LKA Lankan", LT = "LTU Lithuanian", LV = "LVA Latvian",
  MD = "MDA", MK = "MKD Macedonian", MT = "MLT Maltese", MV = "MDV Maldivian", MX = "MEX Mexican",
  MY = "MYS Malaysian", NL = "NLD Holland Dutch", NO = "NOR Norwegian", NZ = "NZL Zealand Zealanders",
  PE = "PER Peruvian", PH = "PHL Filipino Philippine", PL = "POL Polish", PT = "PRT Portuguese",
  PY = "PRY Paraguayan", RO = "ROU Romanian", RS = "SRB Serbian", RU = "RUS Russian", SE = "SWE Swedish",
  SG = "SGP Singaporean", SI = "SVN Slovenian", SK = "SVK Slovak", SR = "SUR Surinamese", SV = "SLV Salvadoran",
  SY = "SYR", TH = "THA Thai", TR = "TUR Turkey Turkish", TW = "TWN Taiwanese", TZ = "TZA", UA = "UKR Ukrainian",
  US = "USA America American states", UY = "URY Uruguayan", VE = "VEN Venezuelan", VN = "VNM Vietnam Vietnamese",
  ZA = "ZAF African", ["001"] = "worldwide global international", ["019"] = "America American",
  ["005"] = "American", ["142"] = "Asian", ["150"] = "European", ["419"] = "Latin America American Latam",
  ["035"] = "Southeast Asean Asian", ["GB-EAW"] = "English Welsh England Wales", ["GB-SCT"] = "Scottish Scots",
}
