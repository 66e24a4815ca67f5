set(PROFILE_SOURCES
  profile/FlameGraph.cpp
  profile/Stacks.cpp
  profile/Ticks.cpp)
