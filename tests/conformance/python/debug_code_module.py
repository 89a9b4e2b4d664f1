import code
import pdb

code.InteractiveInterpreter().runsource("print('from code')")
print(pdb.Pdb().prompt)
breakpoint()
