local Bus = {}
Bus.__index = Bus
function Bus:on(name, f)
  if not self.handlers[name] then self.handlers[name] = {} end
  local list = self.handlers[name]
  list[#list + 1] = f
end
function Bus:post(name, payload) self.queue[#self.queue + 1] = {name, payload} end
function Bus:drain()
  while #self.queue > 0 do
    local e = table.remove(self.queue)
    self.sent = self.sent + 1
    for _, h in ipairs(self.handlers[e[1]]) do h(e[2]) end
  end
end
local bus = setmetatable({handlers = {}, queue = {}, sent = 0}, Bus)
local total, largest, history = 0, 0, {0, 0, 0, 0, 0, 0, 0, 0}
bus:on("order", function(o) total = (total + o.amount * o.count) % 1000003 end)
bus:on("order", function(o) if o.amount > largest then largest = o.amount end end)
bus:on("order", function(o)
  if o.count > 6 then bus:post("bulk", {amount = o.amount, count = o.count - 6}) end
end)
bus:on("bulk", function(o)
  local slot = o.amount % 8 + 1
  history[slot] = history[slot] + o.count
end)
local function counter(step)
  local n = 0
  return {function(o) n = n + step end, function() return n end}
end
local counters = {}
for i = 1, 3 do
  local pair = counter(i)
  counters[i] = pair[2]
  bus:on("order", pair[1])
end
local n = tonumber(arg[1] or 300000)
for i = 1, n do
  bus:post("order", {amount = i * 37 % 101, count = i % 10})
  if i % 5 == 0 then bus:drain() end
end
bus:drain()
local sum = 0
for _, c in ipairs(counters) do sum = sum + c() end
local h = 0
for _, b in ipairs(history) do h = (h * 31 + b) % 1000003 end
print(bus.sent .. " " .. total .. " " .. largest .. " " .. sum .. " " .. h)
