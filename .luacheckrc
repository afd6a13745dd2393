std = "lua54"
max_line_length = 120
files["spec"] = { std = "lua54+busted" }
files["lua/blotter/meta.lua"] = { ignore = { "212", "211", "631", "241" } } -- a stub: names without bodies
