file(REMOVE_RECURSE
  "libedo-test.a"
)
