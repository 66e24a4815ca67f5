set(OBJECT object/Kinds.cpp object/String.cpp object/Array.cpp object/Map.cpp object/Gene.cpp object/Generator.cpp object/Class.cpp
  object/Print.cpp object/Regex.cpp object/Enum.cpp object/Environment.cpp object/ToForm.cpp object/Equality.cpp object/FromForm.cpp)
