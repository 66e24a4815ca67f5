local lines={{0,1,2},{3,4,5},{6,7,8},{0,3,6},{1,4,7},{2,5,8},{0,4,8},{2,4,6}}
local count=0
local function winner(b)
 for _,l in ipairs(lines) do
  local a=b[l[1]+1]
  if a~=" " and a==b[l[2]+1] and a==b[l[3]+1] then return a end
 end
 return nil
end
local function full(b) for _,c in ipairs(b) do if c==" " then return false end end return true end
local function minimax(b,player)
 count=count+1
 local w=winner(b)
 if w=="X" then return 1 end
 if w=="O" then return -1 end
 if full(b) then return 0 end
 local best= player=="X" and -2 or 2
 for i=1,9 do
  if b[i]==" " then
   b[i]=player
   local s=minimax(b, player=="X" and "O" or "X")
   b[i]=" "
   if player=="X" then if s>best then best=s end else if s<best then best=s end end
  end
 end
 return best
end
print(minimax({" "," "," "," "," "," "," "," "," "},"X"),count)
