#!/bin/bash

install() {
    inst_hook pre-mount 01 "$moddir/install.sh"
}
