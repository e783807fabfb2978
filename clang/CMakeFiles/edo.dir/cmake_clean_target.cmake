file(REMOVE_RECURSE
  "libedo.a"
)
