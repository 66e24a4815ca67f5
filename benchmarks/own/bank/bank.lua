local Account = {}
Account.__index = Account
local function account(owner, balance) return setmetatable({owner = owner, balance = balance, entries = {}}, Account) end
function Account:deposit(amount)
  if amount <= 0 then error("bad amount") end
  self.balance = self.balance + amount
  self.entries[#self.entries + 1] = {kind = "in", amount = amount}
end
function Account:limit() return 0 end
function Account:withdraw(amount)
  if self.balance - amount < self:limit() then error("insufficient funds") end
  self.balance = self.balance - amount
  self.entries[#self.entries + 1] = {kind = "out", amount = amount}
end
local Credit = setmetatable({}, {__index = Account})
Credit.__index = Credit
function Credit:limit() return -self.credit end
local Bank = {}
Bank.__index = Bank
function Bank:open(a) self.accounts[a.owner] = a; self.order[#self.order + 1] = a end
function Bank:transfer(from, to, amount)
  local ok = pcall(function()
    self.accounts[from]:withdraw(amount)
    self.accounts[to]:deposit(amount)
  end)
  if not ok then self.failed = self.failed + 1 end
end
local n = tonumber(arg[1] or 300000)
local bank = setmetatable({accounts = {}, order = {}, failed = 0}, Bank)
local names = {}
for i = 0, 49 do
  local name = "customer" .. i
  names[i] = name
  if i % 3 == 0 then
    local c = account(name, 1000)
    c.credit = 500
    bank:open(setmetatable(c, Credit))
  else bank:open(account(name, 1000)) end
end
local seed = 13
for _ = 1, n do
  seed = (seed * 3877 + 29573) % 139968
  local a = seed % 50
  seed = (seed * 3877 + 29573) % 139968
  local b = seed % 50
  bank:transfer(names[a], names[b], 1 + seed % 300)
end
local check, total = 0, 0
for _, account in ipairs(bank.order) do
  local sum = 1000
  for _, e in ipairs(account.entries) do
    if e.kind == "in" then sum = sum + e.amount else sum = sum - e.amount end
  end
  if sum ~= account.balance then print("wrong") end
  total = total + sum
  check = (check * 31 + account.balance + 500) % 1000003
end
print(bank.failed .. " " .. total .. " " .. check)
