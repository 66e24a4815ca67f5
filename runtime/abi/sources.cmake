set(ABI )
