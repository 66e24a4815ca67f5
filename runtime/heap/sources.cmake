set(HEAP heap/Pages.cpp heap/Counts.cpp heap/StackScan.cpp heap/Cycles.cpp)
