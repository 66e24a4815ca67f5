set(CAPI_SOURCES
  capi/Classes.cpp
  capi/Extensions.cpp
  capi/Functions.cpp
  capi/Handles.cpp
  capi/Values.cpp)
