set(COLLECTOR collector/Counts.cpp collector/Cycles.cpp)
