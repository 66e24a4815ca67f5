set(OBJECT )
