local sub=string.sub
local match_star
local function match_here(re,i,text,j)
 if i>#re then return true end
 if i+1<=#re and sub(re,i+1,i+1)=="*" then return match_star(sub(re,i,i),re,i+2,text,j) end
 if sub(re,i,i)=="$" and i==#re then return j==#text+1 end
 if j<=#text and (sub(re,i,i)=="." or sub(re,i,i)==sub(text,j,j)) then return match_here(re,i+1,text,j+1) end
 return false
end
function match_star(c,re,i,text,j)
 local k=j
 while true do
  if match_here(re,i,text,k) then return true end
  if not (k<=#text and (sub(text,k,k)==c or c==".")) then return false end
  k=k+1
 end
end
local function matches(re,text)
 if sub(re,1,1)=="^" then return match_here(re,2,text,1) end
 for j=1,#text+1 do if match_here(re,1,text,j) then return true end end
 return false
end
local texts={"hello world","aaaaaaaaaaaaaaaaaaaab","the cat sat on the mat","xyzzy","abcabcabcabc"}
local res={"^hel*o","a*a*a*b$","c.t.*m.t$","^x.*y$","abc.*abd"}
local n=0
for r=1,2500 do for _,t in ipairs(texts) do for _,re in ipairs(res) do if matches(re,t) then n=n+1 end end end end
print(n)
