local function run(code, limit)
  local stack, slots, pc, steps = {}, {[0] = 0, 0, 0, 0, 0, 0, 0, 0}, 0, 0
  while true do
    local op, arg = code[pc], code[pc + 1]
    pc = pc + 2
    steps = steps + 1
    if op == 0 then stack[#stack + 1] = arg
    elseif op == 1 then stack[#stack + 1] = slots[arg]
    elseif op == 2 then slots[arg] = table.remove(stack)
    elseif op == 3 then local b, a = table.remove(stack), table.remove(stack); stack[#stack + 1] = a + b
    elseif op == 4 then local b, a = table.remove(stack), table.remove(stack); stack[#stack + 1] = a - b
    elseif op == 5 then local b, a = table.remove(stack), table.remove(stack); stack[#stack + 1] = (a * b) % 1000003
    elseif op == 6 then local b, a = table.remove(stack), table.remove(stack); stack[#stack + 1] = a < b and 1 or 0
    elseif op == 7 then pc = arg
    elseif op == 8 then if table.remove(stack) == 0 then pc = arg end
    elseif op == 9 then stack[#stack + 1] = limit
    elseif op == 10 then return slots[1], steps
    else error("bad op " .. op) end
  end
end
local code = {[0] = 0, 0, 2, 0, 0, 1, 2, 1, 1, 0, 9, 0, 6, 0, 8, 38, 1, 1, 0, 7, 5, 0, 1, 0, 3, 0, 2, 1, 1, 0, 0, 1, 3, 0, 2, 0, 7, 8, 10, 0}
local n = tonumber(arg[1] or 1000000)
local result, steps = run(code, n)
print(result .. " " .. steps)
