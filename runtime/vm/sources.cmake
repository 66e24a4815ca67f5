set(VM_SOURCES
  vm/Enter.cpp
  vm/Interpreter.cpp
  vm/RuntimeTable.cpp
  vm/Unwind.cpp)
