set(VM_SOURCES
  vm/Enter.cpp
  vm/FrameTree.cpp
  vm/HeapProfile.cpp
  vm/Interpreter.cpp
  vm/Limits.cpp
  vm/Profile.cpp
  vm/ProfiledInterpreter.cpp
  vm/RuntimeTable.cpp
  vm/SampledInterpreter.cpp
  vm/Sampler.cpp
  vm/SwitchInterpreter.cpp
  vm/Unwind.cpp
  vm/WatchedInterpreter.cpp
  vm/WideInts.cpp
  vm/Windows.cpp)
# A frame pointer would give every tail-called handler a prologue; a handler that straddles one more cache line than it must
# costs up to half of the time of a loop.
set_source_files_properties(vm/Interpreter.cpp vm/ProfiledInterpreter.cpp vm/SampledInterpreter.cpp
  vm/SwitchInterpreter.cpp vm/WatchedInterpreter.cpp PROPERTIES COMPILE_OPTIONS "-fomit-frame-pointer;-fno-stack-protector;-falign-functions=64"
  SKIP_PRECOMPILE_HEADERS ON)
