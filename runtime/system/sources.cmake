set(SYSTEM
  system/Child.cpp
  system/Directories.cpp
  system/Files.cpp
  system/Io.cpp
  system/Paths.cpp
  system/Streams.cpp
  system/TimeZone.cpp)
