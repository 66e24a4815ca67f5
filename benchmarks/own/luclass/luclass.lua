local Matrix = {}
Matrix.__index = Matrix
local function new(rows, cols)
  local cells = {}
  for r = 1, rows do
    local row = {}
    for c = 1, cols do row[c] = 0.0 end
    cells[r] = row
  end
  return setmetatable({rows = rows, cols = cols, cells = cells}, Matrix)
end
function Matrix:get(r, c) return self.cells[r][c] end
function Matrix:set(r, c, v) self.cells[r][c] = v end
function Matrix:mul(other)
  local out = new(self.rows, other.cols)
  for r = 1, self.rows do
    for c = 1, other.cols do
      local sum = 0.0
      for k = 1, self.cols do sum = sum + self:get(r, k) * other:get(k, c) end
      out:set(r, c, sum)
    end
  end
  return out
end
function Matrix:transpose()
  local out = new(self.cols, self.rows)
  for r = 1, self.rows do for c = 1, self.cols do out:set(c, r, self:get(r, c)) end end
  return out
end
function Matrix:determinant()
  local a, det = {}, 1.0
  for r, row in ipairs(self.cells) do
    a[r] = {}
    for c, v in ipairs(row) do a[r][c] = v end
  end
  for k = 1, self.rows do
    local pivot = a[k][k]
    det = det * pivot
    for i = k + 1, self.rows do
      local f = a[i][k] / pivot
      for j = k, self.cols do a[i][j] = a[i][j] - f * a[k][j] end
    end
  end
  return det
end
local n = tonumber(arg[1] or 160)
local m, seed = new(n, n), 17
for r = 1, n do
  for c = 1, n do
    seed = (seed * 3877 + 29573) % 139968
    m:set(r, c, seed / 139968.0 / n + (r == c and 1.0 or 0.0))
  end
end
local p = m
for _ = 1, 4 do p = p:mul(m:transpose()):transpose() end
print(math.floor(p:get(4, 6) * 1000000) .. " " .. math.floor(m:determinant() * 1000000))
