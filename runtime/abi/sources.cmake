set(ABI
  abi/Arithmetic.cpp
  abi/Calls.cpp
  abi/Classes.cpp
  abi/Containers.cpp
  abi/Enums.cpp abi/Evaluation.cpp abi/Exceptions.cpp
  abi/Instructions.cpp
  abi/Iteration.cpp
  abi/Members.cpp
  abi/MethodTable.cpp
  abi/Patterns.cpp
  abi/Types.cpp
  abi/Fastpath.cpp)
