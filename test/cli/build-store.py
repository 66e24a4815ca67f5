"""A program of several parts: functions of some size that are called twice, so that each stays a function."""
for i in range(40):
    print(f"""(fn f{i} [n]
  (var total {i})
  (for i in (range 0 n)
    (if ((i % 3) == 0) (total += (i * {i + 2}))
     elif (total > 1000) (total -= {i})
     else (total += 1))
    (if (total > 100000) (throw #"f{i}: #{{total}}")))
  (while (total > {50 + i})
    (total = (total / 2)))
  (+ {7 if i == 20 else 1} total))
""")
for i in range(40):
    print(f"(println (f{i} 2))\n(println (f{i} 30) (f{i} 40))")
