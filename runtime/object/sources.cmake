set(OBJECT
  object/Array.cpp
  object/Binding.cpp
  object/Class.cpp
  object/DateTime.cpp object/Future.cpp
  object/Enum.cpp
  object/Environment.cpp
  object/Interceptor.cpp
  object/Equality.cpp object/Explain.cpp
  object/FromForm.cpp
  object/Function.cpp
  object/Gene.cpp
  object/Generator.cpp
  object/Interface.cpp
  object/Kinds.cpp
  object/Map.cpp
  object/Members.cpp
  object/Print.cpp
  object/Regex.cpp
  object/RegexPattern.cpp
  object/Render.cpp
  object/Resource.cpp object/RowCheck.cpp
  object/Selector.cpp
  object/String.cpp
  object/ToForm.cpp
  object/Types.cpp)
