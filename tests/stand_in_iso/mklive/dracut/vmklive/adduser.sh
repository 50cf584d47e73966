#!/bin/sh
# no hook
