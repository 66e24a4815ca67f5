set(HEAP heap/Chunks.cpp heap/Pages.cpp heap/Payloads.cpp heap/Counts.cpp heap/StackScan.cpp heap/Cycles.cpp heap/Limit.cpp)
