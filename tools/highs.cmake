# How HiGHS is compiled: several of its files at once, which reads their headers once. It takes less than half the
# time; the program that comes out computes the same. `.cargo/config.toml` names this file.
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
