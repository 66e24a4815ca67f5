set(BUILTINS builtins/Builtins.cpp builtins/Arrays.cpp builtins/Functions.cpp builtins/Genes.cpp builtins/Globals.cpp
  builtins/Json.cpp builtins/Maps.cpp builtins/Objects.cpp builtins/Regexes.cpp builtins/Sort.cpp builtins/Strings.cpp)
