local Parser = {} Parser.__index = Parser
function Parser.new(tokens) return setmetatable({tokens = tokens, at = 1}, Parser) end
function Parser:peek() return self.tokens[self.at] end
function Parser:next() local t = self.tokens[self.at]; self.at = self.at + 1; return t end
function Parser:sum()
  local left = self:product()
  while self:peek() == "+" or self:peek() == "-" do
    local op = self:next(); left = {tag = "bin", op = op, left = left, right = self:product()}
  end
  return left
end
function Parser:product()
  local left = self:atom()
  while self:peek() == "*" do local op = self:next(); left = {tag = "bin", op = op, left = left, right = self:atom()} end
  return left
end
function Parser:atom()
  local t = self:next()
  if t == "(" then local e = self:sum(); self:next(); return e end
  return {tag = "num", value = t}
end
local function fold(e)
  if e.tag == "num" then return e.value end
  local a, b = fold(e.left), fold(e.right)
  if e.op == "+" then return math.fmod(a + b, 10007) elseif e.op == "-" then return math.fmod(a + 10007 - b, 10007) else return math.fmod(a * b, 10007) end
end
local n = tonumber(arg[1]) or 200000
local tokens = {1, "+", 2, "*", "(", 3, "+", 4, "*", 5, "-", 6, ")", "-", "(", 7, "+", 8, ")", "*", 9, "+", 10}
local check = 0
for i = 1, n do check = (check * 31 + fold(Parser.new(tokens):sum())) % 1000003 end
print(string.format("%d", check))
