set(HEAP heap/Chunks.cpp heap/Pages.cpp heap/Payloads.cpp heap/StackScan.cpp heap/Limit.cpp)
