set(IMAGE_SOURCES
  image/ImageFormat.cpp
  image/ImageLoader.cpp
  image/Main.cpp
  image/NativeEntries.cpp
  image/Constants.cpp
  image/VerifyCode.cpp
  image/VerifyFlow.cpp)
