local function knap(ws,vs,cap)
 local best={} for i=0,cap do best[i]=0 end
 for i=1,#ws do local w,v=ws[i],vs[i]
  for c=cap,w,-1 do local alt=best[c-w]+v if alt>best[c] then best[c]=alt end end end
 return best[cap] end
local ws,vs,seed={},{},12
for i=1,100 do seed=(seed*16807)%2147483647 ws[i]=1+seed%50 seed=(seed*16807)%2147483647 vs[i]=seed%100 end
local total=0 for k=1,600 do total=total+knap(ws,vs,1000) end print(total)
