set(SQL_SOURCES
  sql/Cells.cpp
  sql/Connection.cpp
  sql/Sqlite.cpp
  sql/SqliteLibrary.cpp
  sql/Turns.cpp)
