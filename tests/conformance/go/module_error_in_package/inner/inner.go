package inner

func Call() { missing() }
