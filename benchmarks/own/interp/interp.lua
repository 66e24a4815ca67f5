local function run(node, env)
  local k = node[1]
  if k == "number" then return node[2]
  elseif k == "local" then return env[node[2]]
  elseif k == "sum" then return run(node[2], env) + run(node[3], env)
  elseif k == "product" then return (run(node[2], env) * run(node[3], env)) % 1000003
  elseif k == "less" then return run(node[2], env) < run(node[3], env)
  elseif k == "assign" then local v = run(node[3], env); env[node[2]] = v; return v
  elseif k == "sequence" then run(node[2], env); return run(node[3], env)
  elseif k == "loop" then while run(node[2], env) do run(node[3], env) end end
end
local n = tonumber(arg[1]) or 1000000
local program = {"sequence", {"assign", 1, {"number", 0}}, {"sequence", {"assign", 2, {"number", 1}},
  {"loop", {"less", {"local", 1}, {"number", n}}, {"sequence",
    {"assign", 2, {"sum", {"product", {"local", 2}, {"number", 31}}, {"local", 1}}},
    {"assign", 1, {"sum", {"local", 1}, {"number", 1}}}}}}}
local env = {0, 0}
run(program, env)
print(env[2])
