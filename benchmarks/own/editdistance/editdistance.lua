local function make(rows, columns)
  local d = {}
  for i = 0, rows - 1 do
    local row = {}
    for j = 0, columns - 1 do row[j] = 0 end
    d[i] = row
  end
  return d
end
local min = math.min
local function distance(a, b)
  local n, m = #a, #b
  local d = make(n + 1, m + 1)
  for i = 0, n do d[i][0] = i end
  for j = 0, m do d[0][j] = j end
  for i = 1, n do
    for j = 1, m do
      local cost = a[i] == b[j] and 0 or 1
      d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost)
    end
  end
  return d[n][m]
end
local function knapsack(items, capacity)
  local best = make(#items + 1, capacity + 1)
  for k = 1, #items do
    local item, before, row = items[k], best[k - 1], best[k]
    for c = 0, capacity do
      local value = before[c]
      if item.weight <= c then
        local with = item.value + before[c - item.weight]
        if with > value then value = with end
      end
      row[c] = value
    end
  end
  return best[#items][capacity]
end
local function letters(seed, count)
  local s, out = seed, {}
  for i = 1, count do
    s = (s * 3877 + 29573) % 139968
    out[i] = s % 4
  end
  return out
end
local function words(list)
  local names, out = {"red", "green", "blue", "grey"}, {}
  for i, x in ipairs(list) do out[i] = names[x + 1] end
  return out
end
local n = tonumber(arg[1] or 1200)
local items = {}
for i = 1, 100 do items[i] = {weight = 1 + i * 7 % 31, value = i * 13 % 97} end
local check = distance(letters(1, n), letters(2, n)) + distance(words(letters(3, n)), words(letters(4, n)))
print(check .. " " .. knapsack(items, n * 10))
