set(IMAGE
  image/ImageFormat.cpp
  image/ImageLoader.cpp
  image/Constants.cpp
  image/VerifyCode.cpp)
