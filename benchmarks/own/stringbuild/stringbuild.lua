local function make_csv(n)
  local lines = {}
  for i = 1, n do
    lines[i] = table.concat({i, "name" .. i % 100, i * 7 % 1000, i % 2 == 0 and "yes" or "no"}, ",")
  end
  return table.concat(lines, "\n")
end
local function split(text, sep)
  local out = {}
  for piece in text:gmatch("[^" .. sep .. "]+") do out[#out + 1] = piece end
  return out
end
local function summarise(csv)
  local sums = {}
  for _, line in ipairs(split(csv, "\n")) do
    local fields = split(line, ",")
    local name, amount = fields[2], tonumber(fields[3])
    if fields[4] == "yes" then sums[name] = (sums[name] or 0) + amount end
  end
  return sums
end
local function caesar(text, shift)
  local out = {}
  for i = 1, #text do
    local c = text:sub(i, i)
    if c >= "a" and c <= "z" then out[i] = string.char((c:byte() - 97 + shift) % 26 + 97)
    else out[i] = c end
  end
  return table.concat(out)
end
local n = tonumber(arg[1] or 30000)
local check = 0
for _ = 1, 3 do
  local csv = make_csv(n)
  local sums = summarise(csv)
  for i = 0, 99 do check = (check * 31 + (sums["name" .. i] or 0)) % 1000003 end
  local secret = csv
  for _ = 1, 2 do secret = caesar(secret, 5) end
  local b = 0
  for i = 0, 999 do b = b + secret:byte(i * 3 + 1) end
  check = (check + b + #secret) % 1000003
end
print(string.format("%d", check))
