file(REMOVE_RECURSE
  "libedo-internal.a"
)
