local function parse_line(line)
 local fields,cur,quoted={}, "", false
 for c in line:gmatch(".") do
  if quoted then if c=='"' then quoted=false else cur=cur..c end
  elseif c=='"' then quoted=true
  elseif c=="," then fields[#fields+1]=cur cur=""
  else cur=cur..c end
 end
 fields[#fields+1]=cur
 return fields
end
local lines={}
for i=1,5000 do lines[#lines+1]=i..',"name '..i..', jr",'..((i*7)%100)..",city"..(i%10) end
local by={}
for rep=1,20 do for _,l in ipairs(lines) do local f=parse_line(l) by[f[4]]=(by[f[4]] or 0)+tonumber(f[3]) end end
local keys={} for k in pairs(by) do keys[#keys+1]=k end table.sort(keys)
for _,k in ipairs(keys) do print(k,by[k]) end
