local repl = { summary = "Start a prompt: Lua with blotter and the dataset at hand." }

function repl.options(command)
  command:option("--data", "Folder of the dataset (default: the one that came with blotter)."):argname "<folder>"
end

function repl.run(args)
  return require("blotter.repl.prompt").run(args.data)
end

return repl
