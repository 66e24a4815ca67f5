local function machine()
  local mode, moved, typed = {tag = "idle"}, 0, 0
  return function(e)
    if e.tag == "key" then
      if mode.tag == "typing" then mode = {tag = "typing", n = mode.n + 1} else mode = {tag = "typing", n = 1} end
      typed = (typed * 7 + e.c) % 10007
    elseif e.tag == "click" then
      if mode.tag == "dragging" then
        local dx, dy = e.x - mode.x, e.y - mode.y
        moved = (moved + dx * dx + dy * dy) % 1000003
      end
      mode = {tag = "dragging", x = e.x, y = e.y}
    else
      if mode.tag == "typing" and mode.n > 3 then mode = {tag = "idle"} end
    end
    return moved + typed
  end
end
local n = tonumber(arg[1]) or 5000000
local events = {}
for i = 0, 99 do
  local k = i % 5
  if k == 0 then events[i] = {tag = "key", c = i * 13 % 97}
  elseif k == 1 then events[i] = {tag = "click", x = i % 17, y = i % 23}
  elseif k == 2 then events[i] = {tag = "click", x = i % 19, y = i % 29}
  elseif k == 3 then events[i] = {tag = "key", c = i % 31}
  else events[i] = {tag = "tick"} end
end
local handle = machine()
local last = 0
for i = 0, n - 1 do last = handle(events[i % 100]) end
print(last)
