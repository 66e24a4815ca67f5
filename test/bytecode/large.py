"""Prints a program with an array of 70,000 items, a map of 30,000 entries and a loop of 40,000 statements."""
print("(var one 1)")
print("(fn items [] [" + " ".join("one" if i % 1000 == 1 else str(i) for i in range(70000)) + "])")
print("(println ((items) .size) ((items) .get 69999))")
print("(fn entries [] {" + " ".join(f"^k{i} {i}" for i in range(30000)) + "})")
print("(var m (entries))")
print("(println (m .size) m/k29999)")
print("(fn long [f] (var x 0) (while (x < 1)")
print("\n".join("  (x = (f x))" for _ in range(40000)))
print("  ) x)")
print("(println (long (fn [x] (x + 1))))")
# A conditional jump over more than 16 bits of code, and the same for a comparison with a jump of its own.
print("(fn branch [f n] (var x 0) (if (f n) (if (n > 1)")
print("\n".join("  (x = (f x))" for _ in range(40000)))
print("  else (x = -1))) x)")
print("(println (branch (fn [x] (x + 1)) 2) (branch (fn [x] x) 1))")
# A call whose window has no room in any frame.
print("(fn wide [f] (f " + " ".join("one" for _ in range(65100)) + "))")
print("(try (println (wide (fn [rest...] (rest .size)))) catch * (println $ex/message))")
