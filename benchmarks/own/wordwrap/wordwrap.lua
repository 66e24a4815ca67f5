local function make_text(n)
  local vocabulary = {"the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while", "seventeen", "elephants", "watch", "in", "silence", "and", "wonder"}
  local words, seed = {}, 3
  for i = 1, n do
    seed = (seed * 3877 + 29573) % 139968
    words[i] = vocabulary[seed % #vocabulary + 1]
  end
  return table.concat(words, " ")
end
local function wrap(words, width)
  local lines, line = {}, ""
  for _, w in ipairs(words) do
    if #line == 0 then line = w
    elseif #line + 1 + #w > width then
      lines[#lines + 1] = line
      line = w
    else line = line .. " " .. w end
  end
  if #line > 0 then lines[#lines + 1] = line end
  return lines
end
local n = tonumber(arg[1] or 20000)
local text = make_text(n)
local check = 0
for _ = 1, 10 do
  local words = {}
  for w in text:gmatch("[^ ]+") do words[#words + 1] = w end
  local counts = {}
  for _, w in ipairs(words) do counts[w] = (counts[w] or 0) + 1 end
  local pairs_ = {}
  for w, c in pairs(counts) do pairs_[#pairs_ + 1] = {w, c} end
  table.sort(pairs_, function(a, b) return b[2] < a[2] end)
  for _, p in ipairs(pairs_) do check = (check * 31 + p[2]) % 1000003 end
  local lines, capitals = wrap(words, 60), 0
  for _, l in ipairs(lines) do
    if l:sub(1, 3) == "the" then capitals = capitals + 1 end
    check = (check * 7 + #l) % 1000003
  end
  check = check + capitals
end
print(check)
