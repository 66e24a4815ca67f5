local function parse(text)
  local board = {}
  for y = 1, 9 do
    local row = {}
    for x = 1, 9 do
      local c = text:sub((y - 1) * 9 + x, (y - 1) * 9 + x)
      row[x] = c == "." and 0 or c:byte() - 48
    end
    board[y] = row
  end
  return board
end
local function allowed(board, y, x, v)
  for i = 1, 9 do
    if board[y][i] == v then return false end
    if board[i][x] == v then return false end
  end
  local by, bx = y - (y - 1) % 3, x - (x - 1) % 3
  for i = by, by + 2 do
    for j = bx, bx + 2 do if board[i][j] == v then return false end end
  end
  return true
end
local tried = 0
local function solve(board, at)
  if at == 81 then return true end
  local y, x = math.floor(at / 9) + 1, at % 9 + 1
  if board[y][x] ~= 0 then return solve(board, at + 1) end
  for v = 1, 9 do
    if allowed(board, y, x, v) then
      tried = tried + 1
      board[y][x] = v
      if solve(board, at + 1) then return true end
      board[y][x] = 0
    end
  end
  return false
end
local n = tonumber(arg[1] or 30)
local puzzles = {"53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
                 "..9748...7.........2.1.9.....7...24..64.1.59..98...3.....8.3.2.........6...2759..",
                 "..3.2.6..9..3.5..1..18.64....81.29..7.......8..67.82....26.95..8..2.3..9..5.1.3.."}
local check = 0
for _ = 1, n do
  for _, p in ipairs(puzzles) do
    local board = parse(p)
    if solve(board, 0) then
      for _, row in ipairs(board) do
        local s = 0
        for _, b in ipairs(row) do s = (s * 10 + b) % 1000003 end
        check = (check * 31 + s) % 1000003
      end
    end
  end
end
print(check .. " " .. tried)
