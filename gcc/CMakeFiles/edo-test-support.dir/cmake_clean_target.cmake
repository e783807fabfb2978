file(REMOVE_RECURSE
  "libedo-test-support.a"
)
