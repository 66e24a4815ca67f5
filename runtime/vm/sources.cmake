set(VM
  vm/Enter.cpp
  vm/Interpreter.cpp
  vm/RuntimeTable.cpp
  vm/Unwind.cpp)
